import { expect, test } from "vitest";
import { debouncer, defineFlow } from "../src/index.ts";
import { passing, virtualHost } from "./support/flows.ts";

test("F6: the sleeps of the job itself are no activations, whatever a routine is called", async () => {
  const { reprise, system } = virtualHost();
  const flow = defineFlow({ id: "dozing" }).pipe(passing("first")).pipe(debouncer({ name: "settle", waitMs: 30 })).pipe(passing("sleep")).build();
  const job = await system.runUntil(flow.on(reprise).start("x"));
  const outcome = await system.runUntil(job.done());
  expect(outcome).toMatchObject({ status: "completed", routines: { sleep: { completed: 1 } } });
  const state = await job.serialize();
  expect(state.routines["sleep"]).toEqual({ status: "completed", activations: 1, attempts: 1, retries: 0 });
  expect(state.activations.map(({ address }) => address)).toEqual(["dozing::first[start]::tool_call", "dozing::settle[first]::tool_call", "dozing::sleep[first~settle]::tool_call"]);
  expect(state.history.filter(({ address }) => address.endsWith("::sleep_call"))).toEqual([]);
});
