import { agent, createReprise, tool, type AgentContext } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { patchHeader } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem } from "../../src/index.ts";
import { createWorld, latch, rejectionOf, stateId, turns } from "./support/world.ts";

function agentOf<Output>(run: (context: AgentContext) => Promise<Output>) {
  return agent({ name: "work", run: (_input: void, context) => run(context) });
}

describe("I5: wake", () => {
  test("I5: wake resumes what is due with the actor its root names, and leaves the rest alone", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ backend: memoryBackend({ system }), system });
    const sleeper = agent({ name: "sleeper", run: (ms: number, context) => context.sleep(ms).then(() => `slept ${ms}`) });
    const asker = agent({ name: "asker", run: (_input: void, context) => context.waitFor("x") });
    const stranger = agent({ name: "stranger", run: (_input: void, context) => context.sleep(50_000) });
    for (const [id, work] of [["due", reprise.execute(sleeper, 50_000, { stateId: "due" })], ["later", reprise.execute(sleeper, 90_000, { stateId: "later" })], ["answered", reprise.execute(asker, undefined, { stateId: "answered" })], ["asking", reprise.execute(asker, undefined, { stateId: "asking" })], ["strange", reprise.execute(stranger, undefined, { stateId: "strange" })]] as const) {
      expect(await system.runUntil<{ stateId: string; status: string }>(work)).toMatchObject({ stateId: id, status: "awaiting" });
    }
    expect(await system.runUntil(reprise.wake({ sleeper, asker }))).toEqual([]);
    await system.advance(60_000);
    await reprise.answer("answered", "x", "yes");
    const woken = await system.runUntil(reprise.wake({ sleeper, asker }));
    expect(Object.fromEntries(woken.map((run) => [run.stateId, "outcome" in run ? run.outcome : run.error]))).toMatchObject({
      due: { status: "completed", value: "slept 50000" },
      answered: { status: "completed", value: "yes" },
      strange: { code: "NOT_FOUND", address: "stranger::agent_call" },
    });
    expect(woken).toHaveLength(3);
    await system.advance(60_000);
    expect(await system.runUntil(reprise.wake([sleeper, asker, stranger]))).toMatchObject([{ outcome: { status: "completed" } }, { outcome: { status: "completed" } }]);
  });

  test("I5: an actor in the place of a list of them is refused as what it is", async () => {
    expect(await rejectionOf(createReprise().wake(tool({ name: "t", run: () => 1 }) as never))).toMatchObject({ code: "INVALID_OPTION", path: "actors", message: expect.stringContaining("a list of actors") });
  });

  test("I5, S8: a run that was handed off goes on elsewhere: it is left alone unless it is named", async () => {
    const world = createWorld();
    const work = agentOf((context) => context.run(tool({ name: "hangs", run: () => new Promise(() => undefined) })));
    void world.begin().reprise.execute(work, undefined, { stateId });
    await turns(10);
    world.disk.crash();
    const { reprise } = world.begin();
    await reprise.handOff(stateId);
    expect(await reprise.wake([work])).toEqual([]);
    expect(await reprise.wake([work], { stateIds: [stateId] })).toMatchObject([{ stateId, error: { code: "SEALED" } }]);
  });

  test("I5: a run that was killed after its wake time is still due", async () => {
    const system = virtualSystem();
    const world = createWorld(memoryBackend({ system }));
    const stuck = latch();
    const work = (hang: boolean) => agentOf(async (context) => {
      await context.sleep(50_000);
      return context.run(tool({ name: "next", run: () => (hang ? stuck.promise : undefined) }));
    });
    await system.runUntil(world.begin({ system }).reprise.execute(work(false), undefined, { stateId }));
    await system.advance(60_000);
    void world.begin({ system }).reprise.resume(work(true), stateId);
    await system.advance(10);
    world.disk.crash();
    expect(await system.runUntil(world.begin({ system }).reprise.wake([work(false)]))).toMatchObject([{ outcome: { status: "completed" } }]);
  });

  test("I5: wake goes on with a run whose process died, once what is due has been resumed; a run that was driven by hand is left to hands", async () => {
    const world = createWorld(memoryBackend());
    const order: string[] = [];
    const stuck = latch();
    const asker = agent({ name: "asker", run: async (_input: void, context) => order.push(String(await context.waitFor("x"))) });
    const worker = (hang: boolean) => agent({ name: "worker", run: async (_input: void, context) => [await context.run(noted), hang && (await stuck.promise), order.push("worker")].length });
    const noted = counter({ name: "noted", run: () => "once" }).actor;
    const { reprise } = world.begin();
    await reprise.execute(asker, undefined, { stateId: "asked" });
    await reprise.answer("asked", "x", "asker");
    await (await reprise.create({ stateId: "by hand" })).run(noted);
    void reprise.execute(worker(true), undefined, { stateId: "left" });
    while (((await reprise.head("left"))?.lastSeq ?? 0) < 4) await turns();
    expect(await world.begin().reprise.wake([worker(false)])).toMatchObject([{ stateId: "asked", error: { code: "NOT_FOUND" } }]);
    world.disk.crash();
    expect(await world.begin().reprise.wake([asker, worker(false)])).toMatchObject([{ stateId: "asked", outcome: { status: "completed" } }, { stateId: "left", outcome: { status: "completed", reuse: { executed: 0 } } }]);
    expect(order.toSorted()).toEqual(["asker", "worker"]);
    expect(await world.begin().reprise.wake([asker, worker(false)])).toEqual([]);
  });

  test("I5: the import of a run that was at work is left alone until somebody has resumed it", async () => {
    const world = createWorld(memoryBackend());
    const stuck = latch<number>();
    const work = (hang: boolean) => agentOf(async (context) => [await context.run(tool({ name: "a", run: () => 1 })), await context.run(tool({ name: "b", run: () => (hang ? stuck.promise : 2) }))].length);
    const { reprise } = world.begin();
    void reprise.execute(work(true), undefined, { stateId });
    while (((await reprise.head(stateId))?.lastSeq ?? 0) < 4) await turns();
    const { stateId: copy } = await reprise.import(await reprise.export(stateId));
    expect(await reprise.head(copy)).toMatchObject({ status: "running", lease: "none" });
    expect(await reprise.wake([work(false)])).toEqual([]);
    expect(await reprise.wake([work(false)], { stateIds: [copy] })).toMatchObject([{ stateId: copy, outcome: { status: "completed", value: 2 } }]);
  });

  test("I5: wake tries a refused run again, and a run that is named goes on from whatever it rests at", async () => {
    const world = createWorld(memoryBackend());
    const stuck = latch<string>();
    const pay = (hang: boolean) => tool({ name: "pay", repeatable: false, run: () => (hang ? stuck.promise : "paid") });
    const buyer = (hang: boolean) => agent({ name: "buyer", run: (_input: void, context) => context.run(pay(hang)) });
    void world.begin().reprise.execute(buyer(true), undefined, { stateId });
    while (((await world.disk.head(stateId))?.lastSeq ?? 0) < 3) await turns();
    world.disk.crash();
    const { reprise } = world.begin();
    for (const _ of [1, 2]) expect(await reprise.wake([buyer(false)])).toMatchObject([{ outcome: { status: "failed", error: { code: "OUTCOME_UNKNOWN" } } }]);
    await reprise.interrupt(stateId);
    expect(await reprise.wake([buyer(false)])).toEqual([]);
    const allowRepeat = ["buyer::pay::tool_call"];
    expect(await reprise.wake([buyer(false)], { stateIds: [stateId, stateId], allowRepeat })).toMatchObject([{ stateId, outcome: { status: "completed", value: "paid" } }]);
    expect(await reprise.wake([buyer(false)], { stateIds: ["nobody"] })).toMatchObject([{ stateId: "nobody", error: { code: "NOT_FOUND" } }]);
    for (const [options, path] of [[{ allowRepeat }, "allowRepeat"], [{ stateIds: "a" }, "stateIds"], ["a", "options"]] as const) {
      expect(await rejectionOf(reprise.wake([], options as never))).toMatchObject({ code: "INVALID_OPTION", path });
    }
    expect(await rejectionOf(reprise.wake([], { stateIds: [""] }))).toMatchObject({ code: "INVALID_ID" });
  });
});

test.each<[string, (context: AgentContext) => Promise<unknown>]>([
  ["completed", async () => "done"],
  ["awaiting", (context) => context.sleep(100_000_000)],
])("I5, S4: a run that a crash has left listed as running is listed as what it is once it was woken, %s", async (status, run) => {
  const before = memoryBackend();
  const work = agent({ name: "work", run: (_input: void, context) => run(context) });
  await createReprise({ backend: before }).execute(work, undefined, { stateId });
  const { runs, ...rest } = before.snapshot();
  const backend = memoryBackend({ from: { ...rest, runs: runs.map((row) => ({ ...row, header: patchHeader(row.header, { status: "running", wakeAt: null }) })) } });
  const reprise = createReprise({ backend });
  expect(await reprise.wake([work])).toMatchObject([{ outcome: { status } }]);
  const head = await reprise.head(stateId);
  expect([head?.status, head?.wakeAt]).toEqual([status, (await before.head(stateId))?.wakeAt]);
  expect(await reprise.wake([work])).toEqual([]);
  expect(await reprise.resume(work, stateId)).toMatchObject({ status });
  expect((await reprise.head(stateId))?.lastSeq).toBe(head?.lastSeq);
  expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
});

test.each(["pause", "interrupt"] as const)("I5: a run that a crash has left listed as running goes on only when it is named, where it had been stopped, %s", async (stop) => {
  const before = memoryBackend();
  const stopping = createReprise({ backend: before });
  const one = tool({ name: "one", run: async () => void (await stopping[stop](stateId)) });
  const work = agent({ name: "work", run: async (_input: void, context) => (await context.run(one), context.run(tool({ name: "two", run: () => 2 }))) });
  expect(["paused", "interrupted"]).toContain((await stopping.execute(work, undefined, { stateId })).status);
  const { runs, ...rest } = before.snapshot();
  const reprise = createReprise({ backend: memoryBackend({ from: { ...rest, runs: runs.map((row) => ({ ...row, header: patchHeader(row.header, { status: "running" }) })) } }) });
  expect(await reprise.wake([work])).toEqual([]);
  expect(await reprise.wake([work], { stateIds: [stateId] })).toMatchObject([{ stateId, outcome: { status: "completed", value: 2 } }]);
});
