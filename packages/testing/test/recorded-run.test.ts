import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, tool, type StateSnapshot } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { addOne, recordedRun, virtualSystem } from "../src/index.ts";

// How to know that it works: code that does what it did passes without running a handler; each way of doing something else is told, with
// the call.

const open = (): StateBackend => memoryBackend();

interface Variant {
  readonly factor?: number;
  readonly skip?: boolean;
  readonly extra?: boolean;
}

/** The code of a pipeline as it was, or with a change; leaves count how often they run. */
function pipeline({ factor = 2, skip = false, extra = false }: Variant = {}) {
  const ran: string[] = [];
  const fetch = tool({ name: "fetch", run: (url: string) => (ran.push("fetch"), { url, at: new Date(5) }) });
  const judge = llm({ name: "judge", run: (score: number) => (ran.push("judge"), score > 3 ? "good" : "bad") });
  const more = tool({ name: "more", run: () => "more" });
  const work = agent({
    name: "work",
    run: async (urls: readonly string[], context) => {
      const pages = await context.map("pages", urls, fetch);
      await context.sleep(3_600_000);
      if (!skip) await context.run(judge, pages.length * factor);
      if (extra) await context.run(more);
      return [pages[0]?.at, await context.waitFor("approval")];
    },
  });
  return { work, ran };
}

async function recorded(): Promise<StateSnapshot> {
  const { work } = pipeline();
  const system = virtualSystem({ now: 1_000_000 });
  const own = createReprise({ backend: memoryBackend(), system });
  await system.runUntil(own.execute(work, ["a", "bb"], { stateId: "run-1" }));
  await system.advance(3_600_000);
  await system.runUntil(own.resume(work, "run-1"));
  await system.runUntil(own.answer("run-1", "approval", new Map([[1, true]])));
  const outcome = await system.runUntil(own.resume(work, "run-1"));
  expect(outcome.status).toBe("completed");
  // As it would lie beside a test.
  return JSON.parse(JSON.stringify(await own.snapshot("run-1"))) as StateSnapshot;
}

test("code that does what it did passes, and no handler runs", async () => {
  const snapshot = await recorded();
  const { work, ran } = pipeline();
  const run = recordedRun(snapshot, { open });
  expect(run.input).toEqual(["a", "bb"]);
  const { outcome, differences } = await run.replay(work);
  expect(differences).toEqual([]);
  expect(outcome).toMatchObject({ status: "completed", value: [new Date(5), new Map([[1, true]])] });
  await run.check(work);
  expect(ran).toEqual([]);
});

test.each([
  ["another input", { factor: 3 }, /work::judge::llm_call differs in input/],
  ["a call that is missing", { skip: true }, /work::judge::llm_call is not called any more/],
  ["a new call", { extra: true }, /work::more::tool_call is new/],
] as const)("%s is told", async (_, variant, message) => {
  await expect(recordedRun(await recorded(), { open }).check(pipeline(variant).work)).rejects.toThrow(message);
});

test("a run of a single leaf, and one that failed, can be replayed; a snapshot without a call cannot", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  await reprise.execute(addOne, 1, { stateId: "leaf" });
  await recordedRun(await reprise.snapshot("leaf"), { open }).check(addOne);
  const failing = agent({ name: "failing", run: async (value: number, context) => Promise.reject(new Error(`no ${await context.run(addOne, value)}`)) });
  await reprise.execute(failing, 1, { stateId: "failed" });
  await recordedRun(await reprise.snapshot("failed"), { open }).check(failing);
  await (await reprise.create({ stateId: "empty" })).close();
  const empty = await reprise.snapshot("empty");
  expect(() => recordedRun(empty, { open })).toThrow(TypeError);
});
