// What users of an older system of this kind counted on of groups that run side by side, told as they would tell it. The numbers are
// those of its list of asserted behaviours. 169, a circuit breaker that is on unless switched off, is not among them: see decision 24.
import { agent, createReprise, ExecutionInterruptedError, GroupTimeoutError, tool, type AgentContext, type GroupFailedError, type GroupNotice, type StreamedOutcome } from "@reprise/core";
import { retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { addOne, recordingSubscriber, virtualSystem } from "../src/index.ts";
import { crashPoint, createWorld, stateId } from "./rules/support/world.ts";

/** A run without a backend on a clock of its own, and a tool that takes so many ms of it. */
async function timed() {
  const system = virtualSystem();
  const heard = recordingSubscriber();
  const state = await createReprise({ system, subscribers: [heard], retry: retryProvider() }).create();
  let running = 0;
  let most = 0;
  const lasts = tool({
    name: "lasts",
    run: (ms: number, { signal }) =>
      new Promise<number>((resolve, reject) => {
        most = Math.max(most, (running += 1));
        const end = (settle: () => void) => (): void => { running -= 1; settle(); };
        system.setTimer(ms, end(() => resolve(ms)));
        signal.addEventListener("abort", end(() => reject(signal.reason as Error)));
      }),
  });
  return { system, state, heard, lasts, most: () => most };
}

async function taken<Output>(stream: AsyncIterable<StreamedOutcome<Output>>): Promise<StreamedOutcome<Output>[]> {
  const outcomes: StreamedOutcome<Output>[] = [];
  for await (const outcome of stream) outcomes.push(outcome);
  return outcomes;
}

const started = ({ running, completed, failed, cancelled }: GroupNotice): number => running + completed + failed + cancelled;

describe("groups of tasks", () => {
  test("P1: 161, 164, 171: three tasks give ordered results, named ones their names, none nothing, one one", async () => {
    const { system, state } = await timed();
    const doubles = [1, 2, 3].map((value) => () => value * 2);
    expect(await system.runUntil(state.parallel("three", doubles))).toEqual([2, 4, 6]);
    expect(await system.runUntil(state.parallel("named", { first: () => 10, second: () => 20, third: () => 30 }))).toEqual({ first: 10, second: 20, third: 30 });
    expect(await system.runUntil(Promise.all([state.parallel("none", []), state.parallel("one", [() => 1])]))).toEqual([[], [1]]);
    await state.close();
  });

  test("P1: 123, 162: five tasks with two workers are never more than two at once, and the history says how many", async () => {
    const { system, state, lasts, most } = await timed();
    expect(await system.runUntil(state.map("five", [5, 4, 3, 2, 1], lasts, { maxWorkers: 2 }))).toEqual([5, 4, 3, 2, 1]);
    expect(most()).toBe(2);
    expect(state.history.events({ type: "group" })[0]?.group).toEqual({ size: 5, maxWorkers: 2 });
    await state.close();
  });

  test("P1: 163: a stream of five gives five results, the quickest first", async () => {
    const { system, state, lasts } = await timed();
    const outcomes = await system.runUntil(taken(state.map("five", [1, 20, 30, 40, 50], lasts).stream()));
    expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    await state.close();
  });

  test("P1, defect-T38: 165, 166: fail_slow gives all three outcomes; fail_fast gives the error and waits for nobody", async () => {
    const { system, state, lasts } = await timed();
    const tasks = [() => { throw new TypeError("first"); }, (branch: AgentContext) => branch.run(lasts, 1_000), () => { throw new TypeError("third"); }];
    const slow = await system.runUntil(state.parallel("slow", tasks).catch((error: unknown) => error));
    expect((slow as GroupFailedError).outcomes).toMatchObject([{ ok: false, error: { message: "first" } }, { ok: true, value: 1_000 }, { ok: false, error: { message: "third" } }]);
    const fast = await system.runUntil(state.parallel("fast", tasks, { errors: "fail_fast" }).catch((error: unknown) => error));
    expect((fast as GroupFailedError).errors[0]).toMatchObject({ name: "TypeError", message: "first" });
    expect(system.now()).toBe(1_000);
    await state.close();
  });

  test("P1, defect-T41: 167: a limit of 100 ms over a task of a second is a timeout that keeps what had ended", async () => {
    const { system, state, lasts } = await timed();
    const error = await system.runUntil(state.map("limited", [10, 1_000], lasts, { timeoutMs: 100 }).catch((caught: unknown) => caught));
    expect(error).toBeInstanceOf(GroupTimeoutError);
    expect(error).toMatchObject({ code: "TIMEOUT", outcomes: [{ ok: true, value: 10 }, { ok: false, error: { code: "CANCELLED" } }] });
    await state.close();
  });

  test("P1, T1: 168: what a task calls is retried by its own settings: each fails once, is called twice, and succeeds", async () => {
    const { system, state } = await timed();
    const calls = new Map<number, number>();
    const flaky = tool({ name: "flaky", retry: { maxAttempts: 3, initialDelayMs: 10, jitter: "none" }, run: (item: number, { attempt }) => { calls.set(item, attempt); if (attempt === 1) throw new Error("once"); return item; } });
    expect(await system.runUntil(state.map("flaky", [1, 2, 3], flaky))).toEqual([1, 2, 3]);
    expect([...calls.values()]).toEqual([2, 2, 2]);
    await state.close();
  });

  test("A1: 170, 179: nine branches of different kinds have addresses of their own, and their events say which group they are of", async () => {
    const { system, state, heard } = await timed();
    await system.runUntil(state.parallel("mixed", Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`task ${index}`, (branch: AgentContext) => (index % 3 === 0 ? branch.map("inner", [index], addOne) : branch.run(addOne, index))]))));
    const branches = heard.of("event").filter(({ type, status, address }) => type === "branch" && status === "completed" && /^mixed\{[^}]*\}::branch$/u.test(address));
    expect(new Set(branches.map(({ address }) => address)).size).toBe(9);
    expect(new Set(branches.map(({ parent }) => parent))).toEqual(new Set([state.history.get("mixed::group")?.call]));
    expect(branches[0]?.address).toMatch(/^mixed\{task%20\d\}::branch$/u);
    await state.close();
  });
});

describe("groups that are interrupted", () => {
  test.each([true, false])("I2: 26, 30, 36: three tasks of a second, interrupted at 300 ms, end with the requested reason, whether or not they look (they look: %s)", async (look) => {
    const { system, state, lasts } = await timed();
    const deaf = tool({ name: "deaf", run: (ms: number) => new Promise<number>((resolve) => void system.setTimer(ms, () => resolve(ms))) });
    const group = state.parallel("three", [1, 2, 3].map(() => (branch: AgentContext) => branch.run(look ? lasts : deaf, 1_000))).catch((error: unknown) => error);
    await system.advance(300);
    void state.interrupt({ reason: "user_cancelled", message: "enough" });
    const error = await system.runUntil(group);
    expect(error).toBeInstanceOf(ExecutionInterruptedError);
    expect((error as ExecutionInterruptedError).signal).toMatchObject({ reason: "user_cancelled", message: "enough" });
    await system.runUntil(state.close());
  });

  test("I2: 27: one that is begun after the interruption begins nothing", async () => {
    const { system, state } = await timed();
    await system.runUntil(Promise.resolve(state.interrupt({ reason: "user_cancelled" })));
    let ran = 0;
    expect(await state.parallel("late", [() => (ran += 1)]).catch((error: unknown) => error)).toBeInstanceOf(ExecutionInterruptedError);
    expect(ran).toBe(0);
    await system.runUntil(state.close());
  });
});

describe("the progress of groups", () => {
  test("P1, defect-T42: 115, 116, 118, 119, 120: begins with the first branch, counts each once, and ends with all of them", async () => {
    const { system, state, heard } = await timed();
    const picky = tool({ name: "picky", retry: false, run: (item: number) => { if (item % 3 === 0) throw new Error(`no ${item}`); return item; } });
    await system.runUntil(state.map("eight", [0, 1, 2, 3, 4, 5, 6, 7], picky, { maxWorkers: 3 }).catch(() => undefined));
    const notices = heard.of("group");
    expect([notices[0] && started(notices[0]), notices[0]?.size]).toEqual([1, 8]);
    for (const [index, notice] of notices.entries()) {
      expect(notice.running).toBeLessThanOrEqual(3);
      expect(started(notice)).toBeGreaterThanOrEqual(started(notices[index - 1] ?? notice));
    }
    expect(notices.at(-1)).toMatchObject({ size: 8, running: 0, completed: 5, failed: 3, cancelled: 0 });
    await state.close();
  });

  test("P1: 117, 172: calls beside a group are no part of it, and of five that began and three that ended the rest is running", async () => {
    const { system, state, heard, lasts } = await timed();
    const group = state.map("five", [1, 1, 1, 50, 50], lasts);
    await system.runUntil(state.run(addOne, 1));
    await system.advance(10);
    expect(new Set(heard.of("group").map(({ address }) => address))).toEqual(new Set(["five::group"]));
    expect(heard.of("group").at(-1)).toMatchObject({ size: 5, running: 2, completed: 3, failed: 0 });
    await system.runUntil(group);
    await state.close();
  });

  test("P1: after a restart what comes from the record counts as completed, not as running", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const leaf = tool({ name: "leaf", run: async (item: number) => { if (item === 7) await point.now(); return item; } });
    const work = agent({ name: "work", run: (_: void, context) => context.map("ten", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], leaf, { maxWorkers: 1 }) });
    await world.runUntilCrash(work, undefined, point);
    const { heard } = await world.resume(work);
    const notices = heard.of("group");
    expect(Math.max(...notices.map(({ running }) => running))).toBe(1);
    expect(notices.at(-1)).toMatchObject({ size: 10, running: 0, completed: 10, recovered: 7 });
    expect(notices.map(({ completed }) => completed)).toEqual(notices.map(({ completed }) => completed).toSorted((a, b) => a - b));
    expect((await world.begin().reprise.history(stateId)).get("work::ten::group")?.status).toBe("completed");
  });
});
