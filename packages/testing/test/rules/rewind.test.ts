import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type Actor, type ExecutionState, type Reprise, type TimelinePoint } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem, type Counter } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { crashPoint, createWorld, journalOf, latch, rejectionOf, stateId, turns } from "./support/world.ts";

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });

interface Steps {
  readonly addOne: Counter<number, number>;
  readonly multiply: Counter<number, number>;
  readonly addTen: Counter<number, number>;
}

function steps(): Steps {
  return {
    addOne: counter({ name: "add_one", run: (value: number) => value + 1 }),
    multiply: counter({ name: "multiply_by_two", run: (value: number) => value * 2 }),
    addTen: counter({ name: "add_ten", run: (value: number) => value + 10 }),
  };
}

/** Three steps by hand, each writing down what it gave. */
async function threeSteps(reprise: Reprise, { addOne, multiply, addTen }: Steps, input = 10): Promise<void> {
  const state = await reprise.create({ stateId, metadata: { tags: ["first"], pipelineName: "sums" } });
  let value = input;
  for (const { actor } of [addOne, multiply, addTen]) {
    value = await state.run(actor, value);
    state.storage.set("last", value);
    state.storage.add("count", 1);
  }
  await state.saveCheckpoint({ status: "completed", metadata: { tags: ["done"], pipelineName: "sums" } });
  await state.close();
}

const runsOf = ({ addOne, multiply, addTen }: Steps): number[] => [addOne.runs, multiply.runs, addTen.runs];
const seqOf = (state: ExecutionState, address: string, status: string): number => state.history.events().find((event) => event.address === address && event.status === status)?.seq ?? 0;

describe.each(stores)("R9: rewind, on %s", (_, open) => {
  test("R9: what had completed before the point stays, everything after runs again with the input it is given", async () => {
    const store = await open();
    const all = steps();
    await threeSteps(createReprise({ backend: store.backend }), all);
    const plan = await createReprise({ backend: store.reopen() }).rewind(stateId, { address: "multiply_by_two::tool_call" });
    expect(plan).toEqual({
      stateId,
      position: 5,
      reused: ["add_one::tool_call"],
      reentered: [],
      rerun: ["multiply_by_two::tool_call", "add_ten::tool_call"],
      pendingRetries: [],
      nonRepeatable: [],
    });
    const state = await createReprise({ backend: store.reopen() }).load(stateId);
    expect([state.storage.get("last"), state.storage.get("count"), state.metadata]).toEqual([11, 1, { tags: ["first"], pipelineName: "sums" }]);
    expect(await state.run(all.addOne.actor, 10)).toBe(11);
    expect(await state.run(all.multiply.actor, 100)).toBe(200);
    expect(await state.run(all.addTen.actor, 200)).toBe(210);
    expect(runsOf(all)).toEqual([1, 2, 2]);
    expect(state.history.calls().map(({ address, value }) => [address, value])).toEqual([["add_one::tool_call", 11], ["multiply_by_two::tool_call", 200], ["add_ten::tool_call", 210]]);
    await state.close();
    const again = await createReprise({ backend: store.reopen() }).load(stateId);
    expect([await again.run(all.addOne.actor, 10), await again.run(all.multiply.actor, 100), await again.run(all.addTen.actor, 200)]).toEqual([11, 200, 210]);
    expect(runsOf(all)).toEqual([1, 2, 2]);
    await again.close();
  });

  test("R9: a rewound run is paused, in its record, its header and the list, and is listed as it was", async () => {
    const store = await open();
    const reprise = createReprise({ backend: store.backend });
    await threeSteps(reprise, steps());
    expect(await reprise.head(stateId)).toMatchObject({ status: "completed", tags: ["done"] });
    await reprise.rewind(stateId, { address: "add_one::tool_call" });
    const expected = { stateId, status: "paused", tags: ["first"], pipelineName: "sums", lease: "none" };
    expect(await reprise.head(stateId)).toMatchObject(expected);
    expect((await reprise.list({ status: ["paused"] })).rows).toMatchObject([expected]);
    const other = createReprise({ backend: store.reopen() });
    expect(await other.head(stateId)).toMatchObject(expected);
    const state = await other.load(stateId);
    expect(state.status).toBe("paused");
    await state.run(steps().addOne.actor, 1);
    expect([state.status, (await other.head(stateId))?.status]).toEqual(["running", "running"]);
    await state.close();
  });
});

describe("R9: points", () => {
  /** Two calls, a checkpoint between them, and one behind. */
  async function withCheckpoint(): Promise<{ readonly reprise: Reprise; readonly all: Steps; readonly checkpoint: number }> {
    const reprise = createReprise({ backend: memoryBackend() });
    const all = steps();
    const state = await reprise.create({ stateId });
    await state.run(all.addOne.actor, 1);
    const checkpoint = await state.saveCheckpoint({ metadata: { note: "here" } });
    await state.run(all.multiply.actor, 2);
    await state.saveCheckpoint({ metadata: { note: "later" } });
    await state.close();
    return { reprise, all, checkpoint };
  }

  test("R9: a checkpoint is a point: the run is as it was right after it", async () => {
    const { reprise, all, checkpoint } = await withCheckpoint();
    expect(await reprise.rewind(stateId, { checkpoint })).toMatchObject({ position: checkpoint, reused: ["add_one::tool_call"], rerun: ["multiply_by_two::tool_call"] });
    const state = await reprise.load(stateId);
    expect(state.metadata).toEqual({ note: "here" });
    await state.run(all.addOne.actor, 1);
    await state.run(all.multiply.actor, 2);
    expect(runsOf(all)).toEqual([1, 2, 0]);
    await state.close();
  });

  test("R9: a position outside the present timeline revives the timeline it was in", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const all = steps();
    await threeSteps(reprise, all);
    const before = await reprise.load(stateId);
    const end = before.history.lastSeq;
    const events = before.history.events();
    await before.close();
    await reprise.rewind(stateId, { address: "multiply_by_two::tool_call" });
    const second = await reprise.load(stateId);
    await second.run(all.addOne.actor, 10);
    await second.run(all.multiply.actor, 100);
    const secondEnd = second.history.lastSeq;
    await second.close();

    await reprise.rewind(stateId, { position: end });
    const revived = await reprise.load(stateId);
    expect(revived.history.events()).toEqual(events);
    expect(await revived.run(all.addOne.actor, 10)).toBe(11);
    expect(await revived.run(all.multiply.actor, 11)).toBe(22);
    expect([revived.storage.get("last"), revived.storage.get("count")]).toEqual([32, 3]);
    expect(runsOf(all)).toEqual([1, 2, 1]);
    await revived.close();

    await reprise.rewind(stateId, { position: secondEnd });
    const other = await reprise.load(stateId);
    expect(other.history.calls().map(({ value }) => value)).toEqual([11, 200]);
    expect(other.history.events({ timeline: "all" }).filter(({ status }) => status === "completed").map(({ value }) => value)).toEqual([11, 22, 32, 200]);
    await other.close();
  });

  test("R9: snapshots and checkpoints are those of the timeline, and a snapshot of a hidden position that of its own", async () => {
    const { reprise, checkpoint } = await withCheckpoint();
    const end = (await reprise.snapshot(stateId)).seq;
    await reprise.rewind(stateId, { address: "multiply_by_two::tool_call" });
    const addresses = async (at?: number): Promise<string[]> => (await reprise.snapshot(stateId, at)).calls.map(({ address }) => address);
    expect(await addresses()).toEqual(["add_one::tool_call"]);
    expect(await addresses(end)).toEqual(["add_one::tool_call", "multiply_by_two::tool_call"]);
    expect((await reprise.checkpoints(stateId)).map(({ seq, metadata }) => [seq, metadata])).toEqual([[checkpoint, { note: "here" }]]);
    expect(await reprise.snapshot(stateId)).toMatchObject({ status: "paused", metadata: { note: "here" } });
    expect((await reprise.history(stateId)).calls()).toHaveLength(1);
  });

  test("R9: an attempt is a point: a pending retry goes on with it", async () => {
    const system = virtualSystem();
    const backend = memoryBackend({ system });
    const attempts: number[] = [];
    const unsteady = tool({ name: "unsteady", retry: retry({ maxAttempts: 4, initialDelayMs: 10, jitter: "none" }), run: (value: number, { attempt }) => { attempts.push(attempt); if (attempt < 3) throw new Error(`no ${attempt}`); return value; } });
    const work = agent({ name: "work", run: (value: number, context) => context.run(unsteady, value) });
    const reprise = createReprise({ backend, system, retry: retryProvider() });
    expect(await system.runUntil(reprise.execute(work, 7, { stateId }))).toMatchObject({ status: "completed", value: 7 });
    const address = "work::unsteady::tool_call";
    expect(await system.runUntil(reprise.rewind(stateId, { address, attempt: 2 }))).toMatchObject({ pendingRetries: [{ address, attempt: 2 }], reentered: ["work::agent_call"], rerun: [] });
    expect(await system.runUntil(reprise.resume(work, stateId))).toMatchObject({ status: "completed", value: 7 });
    expect(attempts).toEqual([1, 2, 3, 2, 3]);
    await system.runUntil(reprise.rewind(stateId, { address, attempt: 1 }));
    await system.runUntil(reprise.resume(work, stateId));
    expect(attempts).toEqual([1, 2, 3, 2, 3, 1, 2, 3]);
    expect(await rejectionOf(reprise.rewind(stateId, { address, attempt: 9 }))).toMatchObject({ code: "POINT_NOT_FOUND", address, message: expect.stringContaining("it has had 3") });
  });

  test("R9: a point between a failed attempt and its retry is one behind both", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ backend: memoryBackend({ system }), system, retry: retryProvider() });
    const unsteady = tool({ name: "unsteady", retry: quick, run: (value: number, { attempt }) => { if (attempt === 1) throw new Error("no"); return value; } });
    const state = await system.runUntil(reprise.create({ stateId }));
    await system.runUntil(state.run(unsteady, 1));
    const failed = seqOf(state, "unsteady::tool_call", "failed");
    await system.runUntil(state.close());
    expect(await system.runUntil(reprise.rewind(stateId, { position: failed }))).toMatchObject({ position: failed + 1, pendingRetries: [{ address: "unsteady::tool_call", attempt: 2 }] });
  });

  test("R9: an address that does not exist is an error with the nearest that do", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    await threeSteps(reprise, steps());
    for (const verb of ["rewind", "plan"] as const) {
      const error = await rejectionOf(reprise[verb](stateId, { address: "multiply_by_2::tool_call" }));
      expect(error).toMatchObject({ code: "POINT_NOT_FOUND", nearest: ["multiply_by_two::tool_call", "add_one::tool_call", "add_ten::tool_call"] });
      expect(error.message).toContain("multiply_by_two::tool_call");
    }
  });

  test("R9: points that are not there, and what is no point, are refused by name", async () => {
    const { reprise, checkpoint } = await withCheckpoint();
    const before = (await reprise.head(stateId))?.lastSeq;
    for (const point of [{ position: 999 }, { checkpoint: 999 }, { checkpoint: checkpoint - 1 }]) {
      expect(await rejectionOf(reprise.rewind(stateId, point))).toMatchObject({ code: "POINT_NOT_FOUND" });
    }
    const wrong: readonly (readonly [unknown, string])[] = [
      [undefined, "point"], ["x", "point"], [{}, "point"], [{ address: "a::tool_call", position: 1 }, "point"], [{ address: "" }, "point.address"], [{ address: 1 }, "point.address"],
      [{ address: "a::tool_call", attempt: 0 }, "point.attempt"], [{ position: 1, attempt: 1 }, "point.attempt"], [{ position: 0 }, "point.position"], [{ position: 1.5 }, "point.position"], [{ checkpoint: "1" }, "point.checkpoint"],
    ];
    for (const [point, path] of wrong) {
      expect(await rejectionOf(reprise.rewind(stateId, point as TimelinePoint))).toMatchObject({ code: "INVALID_OPTION", path });
      expect(await rejectionOf(reprise.plan(stateId, point as TimelinePoint))).toMatchObject({ code: "INVALID_OPTION", path });
    }
    expect(await rejectionOf(reprise.rewind(stateId, { position: 1 }, { allowRepeat: "x" as never }))).toMatchObject({ code: "INVALID_OPTION", path: "allowRepeat" });
    expect(await rejectionOf(reprise.rewind(stateId, { position: 1 }, { waitMs: -1 }))).toMatchObject({ code: "INVALID_OPTION", path: "waitMs" });
    expect(await rejectionOf(reprise.rewind("unknown", { position: 1 }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rejectionOf(reprise.plan("unknown", { position: 1 }))).toMatchObject({ code: "NOT_FOUND" });
    expect((await reprise.head(stateId))?.lastSeq).toBe(before);
  });

  test("R9: whoever holds the run keeps it, an idle handle finds out, and a plan asks nobody", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    const waiting = latch();
    const slow = tool({ name: "slow", run: async () => { await waiting.promise; return 1; } });
    await state.run(steps().addOne.actor, 1);
    const open = state.run(slow);
    await turns(3);
    expect(await reprise.plan(stateId, { position: 3 })).toMatchObject({ reused: ["add_one::tool_call"], rerun: ["slow::tool_call"] });
    expect(await rejectionOf(reprise.rewind(stateId, { position: 3 }))).toMatchObject({ code: "LEASE_HELD" });
    expect(await rejectionOf(createReprise({ backend }).rewind(stateId, { position: 3 }))).toMatchObject({ code: "LEASE_HELD" });
    waiting.open();
    await open;
    await reprise.rewind(stateId, { position: 3 });
    expect(await rejectionOf(state.run(slow))).toMatchObject({ code: "FENCED" });
    await state.close();
  });
});

describe("R9: what was open at the point", () => {
  test("R9: a leaf that was open counts as never started: it takes another input, and is neither lost nor another attempt", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[] = [];
    const fetch = tool({ name: "fetch", run: async (page: string, { attempt }) => { seen.push([page, attempt]); if (page === "old") await point.now(); return page; } });
    const work = (page: string) => agent({ name: "work", run: async (_: void, context) => { await context.run(steps().addOne.actor, 1); return context.run(fetch, page, { key: "k" }); } });
    await world.runUntilCrash(work("old"), undefined, point);
    const { reprise } = world.begin();
    const end = (await world.journal()).length;
    expect(await reprise.rewind(stateId, { position: end })).toMatchObject({ position: end, reused: ["work::add_one::tool_call"], reentered: ["work::agent_call"], rerun: ["work::fetch[k]::tool_call"] });
    expect(await reprise.resume(work("new"), stateId)).toMatchObject({ status: "completed", value: "new" });
    expect(seen).toEqual([["old", 1], ["new", 1]]);
  });

  test("R9: calls of one name that ran side by side keep their places, whichever of them had ended", async () => {
    const world = createWorld();
    const releases: (() => void)[] = [];
    const lives: string[] = [];
    // Equal inputs, and a result that tells the calls apart.
    const dice = tool({ name: "dice", run: (_: string, { address }) => new Promise<string>((resolve) => releases.push(() => { lives.push(address); resolve(`${address} ${lives.length}`); })) });
    const work = agent({ name: "work", run: async (_: void, context) => Promise.all(["x", "x", "x"].map((input) => context.run(dice, input))) });
    const life = world.begin();
    const ended = life.reprise.execute(work, undefined, { stateId });
    await turns(5);
    releases[1]?.();
    await turns(5);
    releases[0]?.();
    releases[2]?.();
    await ended;
    const completed = (await journalOf(world.disk)).findIndex((record) => record.k === "completed") + 1;
    await life.reprise.rewind(stateId, { position: completed });
    expect((await life.reprise.history(stateId)).calls().map(({ address, status }) => [address, status])).toEqual([["work::agent_call", "started"], ["work::dice#2::tool_call", "completed"]]);
    expect((await life.reprise.history(stateId)).events().map(({ address, status }) => `${status} ${address}`)).toEqual(["started work::agent_call", "started work::dice#2::tool_call", "completed work::dice#2::tool_call"]);
    expect((await life.reprise.snapshot(stateId)).calls).toHaveLength(2);

    // The first of them ends, then the process dies; the last one ends in the next life.
    const dying = life.reprise.resume(work, stateId);
    await turns(5);
    releases[3]?.();
    await turns(5);
    world.disk.crash();
    void dying;
    const again = world.begin().reprise.resume(work, stateId);
    await turns(5);
    releases[5]?.();
    expect(await again).toMatchObject({ value: ["work::dice::tool_call 4", "work::dice#2::tool_call 1", "work::dice#3::tool_call 5"] });
    const attempts = (await world.begin().reprise.history(stateId)).calls().map(({ attempts }) => attempts);
    expect(attempts).toEqual([1, 1, 1, 2]);
  });

  test("R9: a leaf that had ended before it was open again goes back to that end", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    let broken = true;
    const attempts: number[] = [];
    const fetch = tool({ name: "fetch", run: (page: string, { attempt }) => { attempts.push(attempt); if (broken) throw new Error("down"); return page; } });
    const work = agent({ name: "work", run: (_: void, context) => context.run(fetch, "a") });
    expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed" });
    broken = false;
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: "a" });
    const second = (await journalOf(backend)).findIndex((record) => record.k === "restarted" && record["n"] === 2 && record["opening"] === undefined) + 1;
    // The recovery had begun the leaf again, and it had not ended.
    expect(await reprise.rewind(stateId, { position: second })).toMatchObject({ reentered: ["work::agent_call"], rerun: ["work::fetch::tool_call"] });
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: "a" });
    expect(attempts).toEqual([1, 2, 2]);
  });

  test("R9: an agent that was open is entered again within its attempt, and its own writes are made once", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const all = steps();
    const attempts: number[] = [];
    const inner = agent({ name: "inner", run: async (value: number, context) => { context.storage.add("inner", 1); return context.run(all.multiply.actor, value); } });
    const work = agent({
      name: "work",
      run: async (value: number, context) => {
        attempts.push(context.attempt);
        context.storage.add("work", 1);
        const one = await context.run(all.addOne.actor, value);
        const two = await context.run(inner, one);
        const ten = await context.run(all.addTen.actor, two);
        return { ten, work: context.storage.get("work"), inner: context.storage.get("inner") };
      },
    });
    const first = await reprise.execute(work, 10, { stateId });
    expect(first).toMatchObject({ value: { ten: 32, work: 1, inner: 1 } });
    expect(await reprise.rewind(stateId, { address: "work::inner::multiply_by_two::tool_call" })).toMatchObject({ reused: ["work::add_one::tool_call"], reentered: ["work::agent_call", "work::inner::agent_call"] });
    expect(await reprise.resume(work, stateId)).toEqual(first);
    expect(await reprise.rewind(stateId, { address: "work::inner::agent_call" })).toMatchObject({ reentered: ["work::agent_call"], rerun: ["work::inner::agent_call", "work::inner::multiply_by_two::tool_call", "work::add_ten::tool_call"] });
    expect(await reprise.resume(work, stateId)).toEqual(first);
    expect([runsOf(all), attempts]).toEqual([[1, 3, 3], [1, 1, 1]]);
  });

  test("R9: a rewind into a branch keeps the branches that had ended", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const fetch = counter<string>({ name: "fetch" });
    const work = agent({ name: "work", run: async (_: void, context) => (await context.map("pages", ["a", "b", "c"], fetch.actor, { maxWorkers: 1 })).join() });
    const first = await reprise.execute(work, undefined, { stateId });
    expect(await reprise.rewind(stateId, { address: "work::pages{1}::fetch::tool_call" })).toMatchObject({
      reused: ["work::pages{0}::branch", "work::pages{0}::fetch::tool_call"],
      reentered: ["work::agent_call", "work::pages::group", "work::pages{1}::branch"],
      rerun: ["work::pages{1}::fetch::tool_call", "work::pages{2}::branch", "work::pages{2}::fetch::tool_call"],
    });
    expect(await reprise.resume(work, stateId)).toEqual(first);
    expect([0, 1, 2].map((position) => fetch.runsOf(`work::pages{${position}}::fetch::tool_call`))).toEqual([1, 2, 2]);
  });

  test("R9, T7: a rewind into the first attempt of a retried agent goes on in that attempt", async () => {
    const reprise = createReprise({ backend: memoryBackend(), retry: retryProvider() });
    const all = steps();
    const attempts: number[] = [];
    const work = agent({ name: "work", retry: quick, run: async (value: number, context) => { attempts.push(context.attempt); const one = await context.run(all.addOne.actor, value); const two = await context.run(all.multiply.actor, one); if (context.attempt === 1) throw new Error("by itself"); return two; } });
    expect(await reprise.execute(work, 1, { stateId })).toMatchObject({ value: 4 });
    expect(runsOf(all)).toEqual([2, 2, 0]);
    await reprise.rewind(stateId, { address: "work::multiply_by_two::tool_call" });
    expect(await reprise.resume(work, stateId)).toMatchObject({ value: 4 });
    expect([runsOf(all), attempts]).toEqual([[3, 4, 0], [1, 2, 1, 2]]);
    expect(await reprise.rewind(stateId, { address: "work::agent_call", attempt: 2 })).toMatchObject({ pendingRetries: [{ address: "work::agent_call", attempt: 2 }] });
    expect(await reprise.resume(work, stateId)).toMatchObject({ value: 4 });
    expect(attempts).toEqual([1, 2, 1, 2, 2]);
  });

  test("R9, T5: limits of time go on from the point, however long ago it was", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ backend: memoryBackend({ system }), system });
    const slow = tool({ name: "slow", run: (value: number) => new Promise<number>((resolve) => void system.setTimer(40, () => resolve(value))) });
    const work = agent({ name: "work", timeoutMs: 100, run: async (_: void, context) => (await context.run(slow, 1)) + (await context.run(slow, 2)) });
    expect(await system.runUntil(reprise.execute(work, undefined, { stateId }))).toMatchObject({ value: 3 });
    await system.advance(1_000_000);
    await system.runUntil(reprise.rewind(stateId, { address: "work::slow#2::tool_call" }));
    expect(await system.runUntil(reprise.resume(work, stateId))).toMatchObject({ value: 3 });
    const slower = tool({ name: "slow", run: (value: number) => new Promise<number>((resolve) => void system.setTimer(70, () => resolve(value))) });
    const work2 = agent({ name: "work", timeoutMs: 100, run: async (_: void, context) => (await context.run(slower, 1)) + (await context.run(slower, 2)) });
    await system.runUntil(reprise.rewind(stateId, { address: "work::slow#2::tool_call" }));
    expect(await system.runUntil(reprise.resume(work2, stateId))).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT" } } });
  });

  test("R9, I5: a sleep that was open waits what was left of it, code that drew chance draws the same, and keeps the time it was told", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ backend: memoryBackend({ system }), system });
    const all = steps();
    const drawn: unknown[] = [];
    const work = agent({ name: "work", run: async (_: void, context) => { drawn.push([context.now(), context.random(), context.uuid()]); await context.sleep(100); await context.run(all.addOne.actor, 1); return context.run(all.multiply.actor, 2); } });
    await system.runUntil(reprise.execute(work, undefined, { stateId }));
    const started = (await reprise.history(stateId)).events({ type: "sleep_call" })[0]?.seq ?? 0;
    await system.advance(5_000);
    expect(await system.runUntil(reprise.rewind(stateId, { position: started }))).toMatchObject({ reentered: ["work::agent_call", "work::sleep::sleep_call"] });
    const before = system.now();
    await system.runUntil(reprise.resume(work, stateId));
    expect(system.now() - before).toBe(100);
    await system.runUntil(reprise.rewind(stateId, { address: "work::multiply_by_two::tool_call" }));
    const again = system.now();
    await system.runUntil(reprise.resume(work, stateId));
    expect([system.now() - again, runsOf(all)]).toEqual([0, [2, 3, 0]]);
    expect(drawn).toHaveLength(3);
    expect([drawn[1], drawn[2]]).toEqual([drawn[0], drawn[0]]);
  });

  test("R9, R4: a rewind to the failure of a run leaves it to be recovered", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    let broken = true;
    const fetch = tool({ name: "fetch", run: (page: string) => { if (broken) throw new Error("down"); return page; } });
    const work = agent({ name: "work", run: (_: void, context) => context.run(fetch, "a") });
    await reprise.execute(work, undefined, { stateId });
    const end = (await journalOf(backend)).length;
    broken = false;
    await reprise.resume(work, stateId);
    expect(await reprise.rewind(stateId, { position: end })).toMatchObject({ reentered: ["work::agent_call"], rerun: ["work::fetch::tool_call"] });
    expect((await reprise.head(stateId))?.status).toBe("paused");
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: "a" });
  });

  test("R9: a run that was rewound to before its beginning is resumed with its recorded input, or begun with another", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const all = steps();
    const work = agent({ name: "work", run: (value: number, context) => context.run(all.addOne.actor, value) });
    await reprise.execute(work, 10, { stateId });
    await reprise.rewind(stateId, { address: "work::agent_call" });
    expect(await rejectionOf(Promise.resolve(reprise.resume(agent({ name: "other", run: () => 1 }), stateId)).then((outcome) => { throw outcome.status === "failed" ? outcome.error : new Error("it ran"); }))).toMatchObject({ code: "INVALID_OPTION", path: "actor" });
    expect(await reprise.resume(work, stateId)).toMatchObject({ value: 11 });
    await reprise.rewind(stateId, { address: "work::agent_call" });
    expect(await reprise.execute(work, 20, { stateId })).toMatchObject({ value: 21 });
    expect(all.addOne.runs).toBe(3);
  });
});

describe("R11: rewinds and what must not happen twice", () => {
  const payment = (pay: Actor<number, number>, ship: Actor<number, number>) =>
    agent({ name: "work", run: async (_: void, context) => { const paid = await context.run(pay, 5); const again = await context.run(pay, 6); return context.run(ship, paid + again); } });

  test("R11: a rewind that would run it again is refused with every address, and nothing is recorded, until allowRepeat names each", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const pay = counter<number>({ name: "pay", repeatable: false });
    const ship = counter<number>({ name: "ship" });
    const work = payment(pay.actor, ship.actor);
    await reprise.execute(work, undefined, { stateId });
    const before = await journalOf(backend);
    const addresses = ["work::pay::tool_call", "work::pay#2::tool_call"];
    const point = { address: "work::pay::tool_call" };
    expect(await reprise.plan(stateId, point)).toMatchObject({ nonRepeatable: addresses });
    expect(await rejectionOf(reprise.rewind(stateId, point))).toMatchObject({ code: "NOT_REPEATABLE", addresses, message: expect.stringContaining("work::pay#2::tool_call") });
    expect(await rejectionOf(reprise.rewind(stateId, point, { allowRepeat: ["work::pay#2::tool_call"] }))).toMatchObject({ code: "NOT_REPEATABLE", addresses: ["work::pay::tool_call"] });
    expect(await journalOf(backend)).toEqual(before);
    expect((await reprise.head(stateId))?.lease).toBe("none");
    await reprise.rewind(stateId, { address: "work::ship::tool_call" });
    await reprise.resume(work, stateId);
    expect([pay.runs, ship.runs]).toEqual([2, 2]);
    await reprise.rewind(stateId, point, { allowRepeat: addresses });
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed" });
    expect([pay.runs, ship.runs]).toEqual([4, 3]);
  });

  test("R11: one that was open at the point is in reach, whether or not the present timeline shows it", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const pay = tool({ name: "pay", repeatable: false, run: async (value: number) => { await point.now(); return value; } });
    const work = agent({ name: "work", run: (_: void, context) => context.run(pay, 5) });
    await world.runUntilCrash(work, undefined, point);
    const { reprise } = world.begin();
    const end = (await world.journal()).length;
    expect(await rejectionOf(reprise.rewind(stateId, { position: end }))).toMatchObject({ code: "NOT_REPEATABLE", address: "work::pay::tool_call" });
    await reprise.rewind(stateId, { address: "work::pay::tool_call" }, { allowRepeat: ["work::pay::tool_call"] });
    expect(await rejectionOf(reprise.rewind(stateId, { position: end }))).toMatchObject({ code: "NOT_REPEATABLE", address: "work::pay::tool_call" });
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: 5 });
  });

  test("R11: an allowed one that had failed before the point runs again once", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    let broken = true;
    let runs = 0;
    const pay = tool({ name: "pay", repeatable: false, run: (value: number) => { runs += 1; if (broken) throw new Error("declined"); return value; } });
    const work = agent({ name: "work", run: (_: void, context) => context.run(pay, 5) });
    const allowRepeat = ["work::pay::tool_call"];
    await reprise.execute(work, undefined, { stateId });
    broken = false;
    await reprise.resume(work, stateId, { allowRepeat });
    expect(await rejectionOf(reprise.rewind(stateId, { address: "work::pay::tool_call", attempt: 2 }))).toMatchObject({ code: "NOT_REPEATABLE" });
    await reprise.rewind(stateId, { address: "work::pay::tool_call", attempt: 2 }, { allowRepeat });
    broken = true;
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "failed", error: { cause: { cause: { message: "declined" } } } });
    expect(runs).toBe(3);
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "failed", error: { code: "NOT_REPEATABLE" } });
    expect(runs).toBe(3);
  });

  test("R11: the idempotency key is another one after a rewind that hides the call, and the same after one that keeps it", async () => {
    const reprise = createReprise({ backend: memoryBackend(), retry: retryProvider() });
    const keys: string[] = [];
    const first = tool({ name: "first", retry: quick, run: (value: number, { idempotencyKey, attempt }) => { keys.push(`first ${idempotencyKey}`); if (attempt === 1) throw new Error("once"); return value; } });
    const second = tool({ name: "second", run: (value: number, { idempotencyKey }) => { keys.push(`second ${idempotencyKey}`); return value; } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(first, 1); await context.run(second, 2); } });
    await reprise.execute(work, undefined, { stateId });
    await reprise.rewind(stateId, { address: "work::second::tool_call" });
    await reprise.resume(work, stateId);
    await reprise.rewind(stateId, { address: "work::first::tool_call", attempt: 2 });
    await reprise.resume(work, stateId);
    await reprise.rewind(stateId, { address: "work::first::tool_call" });
    await reprise.resume(work, stateId);
    const [a, sameA, b, otherB, againA, thirdB, newA, newSameA, fourthB] = keys;
    expect(sameA).toBe(a);
    expect(againA).toBe(a);
    expect(newSameA).toBe(newA);
    expect(newA).not.toBe(a);
    expect(new Set([b, otherB, thirdB, fourthB]).size).toBe(4);
  });
});
