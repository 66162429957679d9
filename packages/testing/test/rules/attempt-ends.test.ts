import { agent, createReprise, tool, type GroupNotice } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem, type VirtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, rejectionOf, stateId } from "./support/world.ts";

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });
const pause = (system: VirtualSystem, ms: number): Promise<void> => new Promise((resolve) => void system.setTimer(ms, resolve));

/** A schema that takes its time: `delays` one after another, the last one for all that follow. */
function slowSchema(system: VirtualSystem, delays: readonly number[], verdict: (value: unknown) => unknown = (value) => value) {
  let uses = 0;
  return {
    get uses() {
      return uses;
    },
    schema: {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: async (value: unknown) => {
          uses += 1;
          await pause(system, delays[Math.min(uses, delays.length) - 1] ?? 0);
          return { value: verdict(value) };
        },
      },
    },
  };
}

describe("I1: why a child was cancelled", () => {
  const hangs = (system: VirtualSystem, reasons: unknown[], stubborn = false) =>
    tool({ name: "hangs", run: (_: void, { signal }) => new Promise((resolve, reject) => { void pause(system, 60_000).then(() => resolve("late")); signal.addEventListener("abort", () => { reasons.push(signal.reason); if (!stubborn) reject(signal.reason as Error); }); }) });

  test("I1: a child of an agent that simply ended is told so, and by its own name; so are grandchildren", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const reasons: unknown[] = [];
    const child = hangs(system, reasons);
    const inner = agent({ name: "inner", run: async (_: void, context) => context.run(child) });
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(child); void context.run(inner); await pause(system, 10); return 1; } });
    expect(await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }))).toMatchObject({ status: "completed", value: 1 });
    expect((await world.journal()).filter((record) => record.k === "cancelled").map((record) => record["why"])).toEqual(["its parent has ended", "its parent has ended", "its parent has ended"]);
    expect(reasons[0]).toMatchObject({ code: "CANCELLED", address: "work::hangs::tool_call", message: "work::hangs::tool_call was cancelled: its parent has ended" });
    const again = await world.begin({ system }).reprise.load(stateId);
    expect(again.history.calls().filter((call) => call.status === "cancelled").map((call) => call.address)).toEqual(["work::hangs::tool_call", "work::inner::agent_call", "work::inner::hangs::tool_call"]);
    await again.close();
  });

  test("I1: a child of an agent that failed, or ran out of time, is told that", async () => {
    const system = virtualSystem();
    const reasons: unknown[] = [];
    const child = hangs(system, reasons);
    const failing = agent({ name: "work", run: async (_: void, context) => { void context.run(child); await pause(system, 10); throw new Error("by itself"); } });
    const slow = agent({ name: "work", attemptTimeoutMs: 50, run: async (_: void, context) => context.run(child) });
    for (const [actor, why] of [[failing, "by itself"], [slow, "work::agent_call did not end within attemptTimeoutMs of 50 ms"]] as const) {
      const world = createWorld();
      await system.runUntil(world.begin({ system }).reprise.execute(actor, undefined, { stateId }));
      expect((await world.journal()).find((record) => record.k === "cancelled")).toMatchObject({ why });
    }
    expect(reasons).toMatchObject([{ message: "by itself" }, { code: "TIMEOUT" }]);
  });

  test("I1: a leaf that is dropped after the grace writes nothing more, and leaves no timer behind", async () => {
    const system = virtualSystem();
    const reasons: unknown[] = [];
    const refused: unknown[] = [];
    const stubborn = tool({
      name: "stubborn",
      attemptTimeoutMs: 200,
      run: async (_: void, { storage, signal }) => {
        signal.addEventListener("abort", () => reasons.push(signal.reason));
        await pause(system, 10_000);
        try {
          storage.set("key", "late");
        } catch (error) {
          refused.push(error);
        }
      },
    });
    // At 110 ms its parent ends and gives it until 610; at 200 it runs out of time and has a grace of its own, until 700.
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(stubborn); await pause(system, 110); return 1; } });
    const grace = createReprise({ system, graceMs: 500 });
    const state = await system.runUntil(grace.create());
    const timersBefore = system.pending.timers;
    expect(await system.runUntil(state.run(work))).toBe(1);
    expect(system.now()).toBe(610);
    // What is left is the handler's own.
    expect(system.pending.timers - timersBefore).toBe(1);
    await system.run();
    expect(refused).toMatchObject([{ code: "SCOPE_CLOSED", address: "work::stubborn::tool_call" }]);
    await system.runUntil(state.close());
  });
});

describe("T5: schemas that take their time", () => {
  test("T5: attemptTimeoutMs limits an asynchronous output schema, of leaves and of agents", async () => {
    for (const define of [tool, agent] as const) {
      const system = virtualSystem();
      const { schema } = slowSchema(system, [60_000]);
      const work = define({ name: "work", output: schema, attemptTimeoutMs: 1_000, run: () => 1 });
      const world = createWorld();
      expect(await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }))).toMatchObject({ status: "failed", error: { attempts: 1, cause: { code: "TIMEOUT" } } });
      expect(system.now()).toBe(1_000);
      const recorded = (await world.journal()).length;
      await system.run();
      expect(await world.journal()).toHaveLength(recorded);
      expect((await system.runUntil(world.begin({ system }).reprise.load(stateId))).status).toBe("failed");
    }
  });

  test("T5: such an attempt is tried again, and what the schema of the last one still says is dropped", async () => {
    for (const define of [tool, agent] as const) {
      const system = virtualSystem();
      const slow = slowSchema(system, [1_500, 100], (value) => `${String(value)}!`);
      let runs = 0;
      const work = define({ name: "work", output: slow.schema, attemptTimeoutMs: 1_000, retry: quick, run: () => (runs += 1) });
      const logs: string[] = [];
      const state = await system.runUntil(createReprise({ system }).create());
      state.on("log", (notice) => void logs.push(notice.code));
      expect(await system.runUntil(state.run(work))).toBe("2!");
      await system.run();
      expect([runs, slow.uses]).toEqual([2, 2]);
      expect(logs).toEqual(["LATE_RESULT_DROPPED"]);
      expect(state.history.events().map((event) => event.status)).toEqual(["started", "failed", "retrying", "started", "completed"]);
      await system.runUntil(state.close());
      expect(system.pending.timers).toBe(0);
    }
  });

  test("T5: timeoutMs counts the time of the schema too, and one that is in time leaves no timer", async () => {
    const system = virtualSystem();
    const work = agent({ name: "work", output: slowSchema(system, [600]).schema, timeoutMs: 1_000, run: async () => { await pause(system, 300); return 1; } });
    expect(await system.runUntil(createReprise({ system }).execute(work))).toMatchObject({ status: "completed", value: 1 });
    expect(system.pending.timers).toBe(0);
    const late = agent({ name: "work", output: slowSchema(system, [600]).schema, timeoutMs: 1_000, run: async () => { await pause(system, 500); return 1; } });
    expect(await system.runUntil(createReprise({ system }).execute(late))).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT" } } });
  });

  test("T5: an agent's slow input schema is part of its attempt: too late, its code does not begin", async () => {
    const system = virtualSystem();
    const { schema } = slowSchema(system, [2_000, 10], (value) => Number(value) * 2);
    const given: unknown[] = [];
    const work = agent({ name: "work", input: schema, attemptTimeoutMs: 1_000, retry: quick, run: (value: unknown) => { given.push(value); return value; } });
    expect(await system.runUntil(createReprise({ system }).execute(work, 21))).toMatchObject({ status: "completed", value: 42 });
    await system.run();
    expect(given).toEqual([42]);
  });

  test("T5: an agent whose parent ends while its input schema is at work does not begin, and is cancelled at once", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const { schema } = slowSchema(system, [2_000]);
    let begun = 0;
    const inner = agent({ name: "inner", input: schema, run: () => (begun += 1) });
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(inner, 1); await pause(system, 10); return "done"; } });
    expect(await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }))).toMatchObject({ status: "completed", value: "done" });
    await system.run();
    expect(begun).toBe(0);
    expect((await world.journal()).find((record) => record.k === "cancelled")).toMatchObject({ c: 3 });
  });

  test("R3: an agent with a slow input schema that crashed is entered again, its schema applied again, its calls reused", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const point = crashPoint(world.disk);
    const slow = slowSchema(system, [50], (value) => Number(value) + 1);
    const paid = counter<number>({ name: "paid" });
    const work = agent({ name: "work", input: slow.schema, run: async (value: unknown, context) => [value, await context.run(paid.actor, Number(value)), await context.run(point.actor, "on")] });
    void world.begin({ system }).reprise.execute(work, 4, { stateId });
    await system.advance(1_000);
    await point.crashed;
    expect((await system.runUntil(world.resume(work, {}, { system }))).outcome).toMatchObject({ status: "completed", value: [5, 5, "on"] });
    expect([paid.runs, slow.uses]).toEqual([1, 2]);
  });
});

describe("R11: actors that were marked later", () => {
  test.each(["auto", "afresh"] as const)("R11: a retried agent does not repeat what its actor now says must not happen twice, though the record does not say so (retryChildren %s)", async (retryChildren) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const before = counter<number>({ name: "pay" });
    const first = agent({ name: "work", run: async (_: void, context) => { await context.run(before.actor, 1); await context.run(point.actor, 0); } });
    await world.runUntilCrash(first, undefined, point);
    let paid = 0;
    const pay = tool({ name: "pay", repeatable: false, run: (amount: number) => { paid += amount; } });
    const now = agent({ name: "work", retryChildren, retry: quick, run: async (_: void, context) => { await context.run(pay, 1); if (context.attempt < 2) throw new Error("by itself"); return "done"; } });
    expect((await world.resume(now)).outcome).toMatchObject({ status: "completed", value: "done" });
    expect([before.runs, paid]).toEqual([1, 0]);
  });
});

describe("P1: the progress of a group", () => {
  test("P1: every notice counts all positions once: what runs, what has come to which end, and what came from the record", async () => {
    const backend = memoryBackend();
    const notices: GroupNotice[] = [];
    const numbers = ({ running, completed, failed, cancelled, recovered }: GroupNotice): number[] => [running, completed, failed, cancelled, recovered];
    const check = async (items: number[], failing: number): Promise<GroupNotice[]> => {
      notices.length = 0;
      const state = await createReprise({ backend }).load(stateId);
      state.on("group", (notice) => void notices.push(notice));
      await state.map("group", items, async (item: number) => { if (item === failing) throw new Error("no"); return item; }, { maxWorkers: 2, key: String }).catch(() => undefined);
      await state.close();
      for (const notice of notices) {
        expect(notice).toMatchObject({ stateId, address: "group::group", size: items.length });
        expect(notice.running).toBeLessThanOrEqual(Math.max(2, items.length));
        expect(notice.running + notice.completed + notice.failed + notice.cancelled).toBeLessThanOrEqual(items.length);
        expect(notice.recovered).toBeLessThanOrEqual(notice.completed);
      }
      return [...notices];
    };
    await (await createReprise({ backend }).create({ stateId })).close();
    const first = await check([1, 2, 3, 4], 3);
    expect(first.map(numbers)).toEqual([[1, 0, 0, 0, 0], [2, 0, 0, 0, 0], [1, 1, 0, 0, 0], [2, 1, 0, 0, 0], [1, 2, 0, 0, 0], [2, 2, 0, 0, 0], [1, 2, 1, 0, 0], [0, 3, 1, 0, 0]]);
    // With another item the group is opened again: the three that had completed come from the record, the failed one is not asked for.
    const second = await check([1, 2, 4, 5], 0);
    expect(numbers(second.at(-1) as GroupNotice)).toEqual([0, 4, 0, 0, 3]);
  });

  test("P1: with fail_fast the others are counted as cancelled", async () => {
    const notices: GroupNotice[] = [];
    const state = await createReprise().create();
    state.on("group", (notice) => void notices.push(notice));
    const hangs = tool({ name: "hangs", run: (_: number, { signal }) => new Promise<number>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });
    expect(await rejectionOf(state.map("group", [1, 2, 3], async (item: number, context) => { if (item === 2) throw new Error("no"); return context.run(hangs, item); }, { errors: "fail_fast" }))).toMatchObject({ code: "GROUP_FAILED" });
    expect(notices.at(-1)).toMatchObject({ size: 3, running: 0, completed: 0, failed: 1, cancelled: 2 });
    await state.close();
  });
});

test("T5: a clock that went back gives no attempt more than the whole call has", async () => {
  const system = virtualSystem({ now: 10_000_000 });
  let behind = 0;
  const reprise = createReprise({ backend: memoryBackend(), system: { ...system, now: () => system.now() - behind } });
  const hangs = tool({
    name: "hangs",
    timeoutMs: 1_000,
    retry: quick,
    run: (_input: void, { attempt, signal }) => {
      if (attempt > 1) return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      behind = 3_600_000;
      throw new Error("the first time");
    },
  });
  const begun = system.now();
  expect(await system.runUntil(reprise.execute(hangs, undefined, { stateId }))).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT" } } });
  expect(system.now() - begun).toBe(1_000);
});
