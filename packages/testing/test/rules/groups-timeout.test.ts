import { agent, createReprise, GroupTimeoutError, isRepriseError, TimeoutError, tool, type AgentContext } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, rejectionOf, stateId } from "./support/world.ts";

/** A clock, and a tool that takes so many ms of it and ends when it is aborted. */
function timed(system = virtualSystem()) {
  const ran: number[] = [];
  const lasts = tool({
    name: "lasts",
    run: (ms: number, { signal }) =>
      new Promise<number>((resolve, reject) => {
        ran.push(ms);
        system.setTimer(ms, () => resolve(ms));
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      }),
  });
  return { system, ran, lasts };
}

function facts(error: unknown): unknown {
  if (!(error instanceof GroupTimeoutError)) return error;
  return [error.name, error.code, error.address, error.path, error.outcomes.map((outcome) => (outcome.ok ? outcome.value : isRepriseError(outcome.error, "CANCELLED") ? "cancelled" : outcome.error.message))];
}

const expected = ["GroupTimeoutError", "TIMEOUT", "work::group::group", "timeoutMs", [5, "cancelled", "no", 20, "cancelled", "cancelled"]];

function group(context: AgentContext, lasts: ReturnType<typeof timed>["lasts"]) {
  const fails = async (branch: AgentContext): Promise<number> => { await branch.run(lasts, 10); throw new Error("no"); };
  const tasks = [5, 500, fails, 20, 600, 700].map((task) => (typeof task === "number" ? (branch: AgentContext) => branch.run(lasts, task) : task));
  return context.parallel("group", tasks, { timeoutMs: 100, maxWorkers: 4 });
}

describe("P1: a group with a limit of time", () => {
  test("P1, T5: fails with the outcomes there are by position; what is open is aborted and recorded as cancelled", async () => {
    const { system, ran, lasts } = timed();
    const world = createWorld();
    const work = agent({ name: "work", run: async (_: void, context) => [facts(await rejectionOf(group(context, lasts))), context.now()] });
    expect(await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }))).toMatchObject({ value: [expected, 100] });
    expect(ran).toEqual([5, 500, 10, 20, 600, 700]);
    const history = await world.begin().reprise.history(stateId);
    expect(history.get("work::group::group")).toMatchObject({ status: "failed" });
    expect(history.calls({ type: "branch" }).map(({ status }) => status)).toEqual(["completed", "cancelled", "failed", "completed", "cancelled", "cancelled"]);
    const journal = await world.journal();
    expect(journal.find(({ k }) => k === "expired")).toMatchObject({ option: "timeoutMs", limit: 100, at: 100 });
    expect(await world.begin().reprise.verify(stateId)).toMatchObject({ findings: [] });
  });

  test("P1: branches that never began are among the outcomes", async () => {
    const { system, lasts } = timed();
    const state = await createReprise({ system }).create();
    const error = await system.runUntil(rejectionOf(state.map("group", [50, 500, 5], lasts, { timeoutMs: 100, maxWorkers: 1 })));
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as GroupTimeoutError).outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.message))).toEqual([50, expect.stringMatching(/\{1\}.* was cancelled: .*timeoutMs of 100 ms/u), expect.stringMatching(/\{2\} was cancelled: its group ran out of time before it began/u)]);
    await system.runUntil(state.close());
  });

  test("P1: one that ends in time leaves nothing behind", async () => {
    const { system, lasts } = timed();
    const outcome = await system.runUntil(createReprise({ system }).execute(agent({ name: "work", run: (_: void, context) => context.map("group", [1, 2], lasts, { timeoutMs: 100 }) })));
    expect(outcome).toMatchObject({ value: [1, 2] });
    await system.run();
    expect(system.now()).toBe(2);
  });

  test("P1: a limit that is none is refused by name", async () => {
    const state = await createReprise().create();
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5" as unknown as number]) {
      expect(await rejectionOf(state.map("group", [1], () => 1, { timeoutMs }))).toMatchObject({ code: "INVALID_OPTION", path: "timeoutMs" });
    }
    await state.close();
  });

  test("T5: the limits of the calls inside are their own", async () => {
    const { system, lasts } = timed();
    const state = await createReprise({ system }).create();
    const outcomes = system.runUntil(rejectionOf(state.map("group", [5, 50, 20], (ms: number, branch) => branch.run(lasts, ms, { timeoutMs: 30 }), { timeoutMs: 100 })));
    expect(await outcomes).toMatchObject({ code: "GROUP_FAILED", outcomes: [{ ok: true }, { ok: false, error: { code: "ACTOR_FAILED", cause: { code: "TIMEOUT" } } }, { ok: true }] });
    expect(system.now()).toBe(50 - 20);
    await system.runUntil(state.close());
  });

  test("P1: its stream yields what ended in time, and throws the failure", async () => {
    const { system, lasts } = timed();
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const seen: unknown[] = [];
        try {
          for await (const { index, ok } of group(context, lasts).stream()) seen.push([index, ok]);
        } catch (error) {
          seen.push(facts(error));
        }
        return seen;
      },
    });
    expect(await system.runUntil(createReprise({ system }).execute(work))).toMatchObject({ value: [[0, true], [2, false], [3, true], expected] });
  });
});

describe("P1, R2: a limit that has passed", () => {
  test("R2: is replayed with the same outcomes, and nothing runs", async () => {
    const { system, ran, lasts } = timed();
    const world = createWorld();
    const point = crashPoint(world.disk);
    const seen: unknown[] = [];
    const work = agent({ name: "work", run: async (_: void, context) => { seen.push(facts(await rejectionOf(group(context, lasts)))); await context.run(point.actor, 0); } });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.runUntil(point.crashed);
    expect((await system.runUntil(world.resume(work, {}, { system }))).outcome).toMatchObject({ status: "completed" });
    expect(seen).toEqual([expected, expected]);
    expect(ran).toHaveLength(6);
  });

  test("T5: a group goes on with what is left of its time after a restart", async () => {
    const { system, lasts } = timed();
    const world = createWorld();
    const work = agent({ name: "work", run: async (_: void, context) => [facts(await rejectionOf(group(context, lasts))), context.now()] });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.advance(60);
    world.disk.crash();
    const { outcome } = await system.runUntil(world.resume(work, {}, { system }));
    expect(outcome).toMatchObject({ value: [expected, 100] });
  });

  test("T5: one whose time passed while no process ran ends at once, with what was recorded", async () => {
    const { system, ran, lasts } = timed();
    const world = createWorld();
    const work = agent({ name: "work", run: async (_: void, context) => [facts(await rejectionOf(group(context, lasts))), context.now()] });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.advance(60);
    world.disk.crash();
    await system.advance(1_000);
    const { outcome } = await system.runUntil(world.resume(work, {}, { system }));
    expect(outcome).toMatchObject({ value: [expected, 1_060] });
    expect(ran.length).toBeGreaterThanOrEqual(5);
  });

  test.each([false, true])("T5: one of which only that was recorded ends so in the next process, without running its branches (streamed: %s)", async (streamed) => {
    const { system, ran } = timed();
    const world = createWorld();
    // Its outcome takes along that the time is over.
    const beside = tool({ name: "beside", run: (ms: number) => new Promise<number>((resolve) => void system.setTimer(ms, () => resolve(ms))) });
    // Ignores that it is aborted: the group cannot end before the grace is over.
    const stubborn = tool({ name: "lasts", run: (ms: number) => new Promise<number>((resolve) => { ran.push(ms); system.setTimer(ms, () => resolve(ms)); }) });
    const seen: unknown[][] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const life: unknown[] = [];
        seen.push(life);
        void context.run(beside, 120);
        const all = group(context, stubborn);
        if (streamed) try { for await (const { index } of all.stream()) life.push(index); } catch { life.push("over"); }
        return [facts(await rejectionOf(all)), ...life];
      },
    });
    void world.begin({ system, graceMs: 1_000 }).reprise.execute(work, undefined, { stateId });
    await system.advance(150);
    world.disk.crash();
    const before = ran.length;
    const { outcome } = await system.runUntil(world.resume(work, {}, { system }));
    expect(outcome).toMatchObject({ value: [expected, ...(streamed ? [0, 2, 3, "over"] : [])] });
    expect(ran).toHaveLength(before);
    expect(seen[0]).toEqual(streamed ? [0, 2, 3] : []);
  });

  test("I3: a waiting group wakes when its time is over, and keeps it while nothing runs", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const work = agent({
      name: "work",
      run: (_: void, context) => context.parallel("group", { asks: (branch) => branch.waitFor("approval"), knows: () => 1 }, { timeoutMs: 60_000 }).catch((error: GroupTimeoutError) => error.outcomes.map(({ ok }) => ok)),
    });
    const { reprise } = world.begin({ system });
    expect(await system.runUntil(reprise.execute(work, undefined, { stateId }))).toMatchObject({ status: "awaiting", wakeAt: 60_000 });
    await system.advance(60_000);
    expect((await system.runUntil(world.resume(work, {}, { system }))).outcome).toMatchObject({ status: "completed", value: [false, true] });
  });

  test("R4, T7: a retried agent reuses what ended in time, and runs what failed or was cancelled again", async () => {
    const system = virtualSystem();
    let tries = 0;
    const leaf = counter<string, string>({ name: "leaf", run: async (item) => { if (item === "slow" && tries === 1) return new Promise<string>((resolve) => void system.setTimer(500, () => resolve("late"))); if (item === "bad" && tries === 1) throw new Error("no"); return item; } });
    const work = agent({ name: "work", retry: retry({ maxAttempts: 2, initialDelayMs: 0 }), run: async (_: void, context) => { tries += 1; return context.map("group", ["good", "bad", "slow"], leaf.actor, { timeoutMs: 100 }); } });
    expect(await system.runUntil(createReprise({ system, graceMs: 1 }).execute(work))).toMatchObject({ status: "completed", value: ["good", "bad", "slow"] });
    expect(leaf.runs).toBe(5);
  });

  test("R5: a validation serves a group that ran out of time", async () => {
    const { system, ran, lasts } = timed();
    const world = createWorld();
    const work = agent({ name: "work", run: async (_: void, context) => facts(await rejectionOf(group(context, lasts))) });
    await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }));
    const before = ran.length;
    const outcome = await system.runUntil(world.begin({ system }).reprise.resume(work, stateId, { mode: "validation" }));
    expect(outcome).toMatchObject({ status: "completed", value: expected, validation: { ok: true } });
    expect(ran).toHaveLength(before);
  });
});
