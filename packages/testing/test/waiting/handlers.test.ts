// Every kind of handler people write around a wait, with the answer before, while and after the run is suspended.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { agent, createReprise, tool, type AgentContext } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { journalOf } from "../rules/support/world.ts";

const stateId = "run-1";
const server = createServer((_request, response) => response.end("fetched"));
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise((resolve) => void server.close(resolve)));

interface Case {
  readonly name: string;
  /** Addresses of the waits, which all get the answer "yes". */
  readonly waits: readonly string[];
  readonly expected: unknown;
  code(context: AgentContext, finallyRan: () => void): Promise<unknown>;
}

const echo = tool({ name: "echo", run: (text: string) => text });
const ask = (context: AgentContext): Promise<string> => context.waitFor<string>("approval");
const one = ["work::approval::wait_call"];

const cases: readonly Case[] = [
  {
    name: "raw fetch beside a wait",
    waits: one,
    expected: ["fetched", "yes"],
    code: async (context, finallyRan) => {
      try {
        return await Promise.all([fetch(url, { signal: context.signal }).then((response) => response.text()), ask(context)]);
      } finally {
        finallyRan();
      }
    },
  },
  {
    name: "a catch-all that goes on",
    waits: one,
    expected: "yes, after",
    code: async (context, finallyRan) => {
      const answer = await ask(context).catch(async (error: unknown) => {
        finallyRan();
        await context.run(echo, "compensate").catch(() => undefined);
        return `swallowed ${String(error)}`;
      });
      const after = await context.run(echo, "after").catch(() => "refused");
      return `${answer}, ${after}`;
    },
  },
  {
    name: "finally that calls and takes its time",
    waits: one,
    expected: "yes",
    code: async (context, finallyRan) => {
      try {
        return await ask(context);
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await context.run(echo, "cleanup").catch(() => undefined);
        finallyRan();
      }
    },
  },
  {
    name: "a race with a long sleep",
    waits: one,
    expected: "yes",
    code: async (context, finallyRan) => {
      try {
        return await Promise.race([ask(context), context.sleep(3_600_000).then(() => "slept")]);
      } finally {
        finallyRan();
      }
    },
  },
  {
    name: "5 of 100 branches that wait",
    waits: [7, 21, 42, 77, 99].map((item) => `work::items{${item}}::approval::wait_call`),
    expected: Array.from({ length: 100 }, (_, item) => ([7, 21, 42, 77, 99].includes(item) ? "yes" : `${item}`)),
    code: async (context, finallyRan) => {
      try {
        const items = Array.from({ length: 100 }, (_, item) => item);
        return await context.map("items", items, async (item, branch) => ([7, 21, 42, 77, 99].includes(item) ? ask(branch) : branch.run(echo, `${item}`)), { maxWorkers: 4 });
      } finally {
        finallyRan();
      }
    },
  },
];

function actorOf({ code }: Case, onFinally: () => void) {
  return agent({ name: "work", run: (_input: void, context) => code(context, onFinally) });
}

describe.each(cases)("I3, I4: $name", (each) => {
  const { waits, expected } = each;

  test("I3: suspended: finally ran, nothing is recorded after, and the answer gives the right result", async () => {
    let finallyRan = 0;
    const work = actorOf(each, () => { finallyRan += 1; });
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const outcome = await reprise.execute(work, undefined, { stateId });
    expect(outcome).toMatchObject({ status: "awaiting" });
    expect(outcome.status === "awaiting" && outcome.pending.map(({ address }) => address)).toEqual(waits);
    const recorded = await journalOf(backend, stateId);
    expect([finallyRan, recorded.at(-1)?.["status"]]).toEqual([1, "awaiting"]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await journalOf(backend, stateId)).toHaveLength(recorded.length);
    // After.
    for (const wait of waits) await reprise.answer(stateId, wait, "yes");
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: expected });
  });

  test("I4: the answer comes before anything asks", async () => {
    const work = actorOf(each, () => undefined);
    const reprise = createReprise({ backend: memoryBackend() });
    const state = await reprise.create({ stateId });
    await state.run(echo, "begun");
    await state.close();
    for (const wait of waits) await reprise.answer(stateId, wait, "yes");
    expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "completed", value: expected });
  });

  test("I4: the answer comes while it waits, before it is suspended", async () => {
    const work = actorOf(each, () => undefined);
    const asked = new Set<string>();
    const backend = memoryBackend();
    const reprise = createReprise({
      backend,
      subscribers: [{ attach: (run) => run.on("event", ({ status, address }) => {
        if (status !== "awaiting" || !waits.includes(address) || asked.has(address)) return;
        asked.add(address);
        void reprise.answer(stateId, address, "yes");
      }) }],
    });
    let outcome = await reprise.execute(work, undefined, { stateId });
    // An answer that came in the moment of suspending is there when the run is resumed.
    while (outcome.status === "awaiting") outcome = await reprise.resume(work, stateId);
    expect(outcome).toMatchObject({ status: "completed", value: expected });
    expect(asked.size).toBe(waits.length);
  });

  test("I2: interrupted instead: finally ran, nothing is recorded after, and the run goes on to the right result", async () => {
    let finallyRan = 0;
    const work = actorOf(each, () => { finallyRan += 1; });
    const backend = memoryBackend();
    const asking = new Set<string>();
    const reprise = createReprise({
      backend,
      subscribers: [{ attach: (run) => run.on("event", ({ status, address }) => {
        if (status === "awaiting" && asking.add(address).size === waits.length) void reprise.interrupt(stateId);
      }) }],
    });
    expect((await reprise.execute(work, undefined, { stateId })).status).toBe("interrupted");
    const recorded = await journalOf(backend, stateId);
    expect([finallyRan, recorded.at(-1)?.["status"]]).toEqual([1, "interrupted"]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await journalOf(backend, stateId)).toHaveLength(recorded.length);
    for (const wait of waits) await reprise.answer(stateId, wait, "yes");
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: expected });
  });
});
