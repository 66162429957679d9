import { agent, createReprise, InterruptReason, isRepriseError, tool, type AgentContext, type ExecutionInterruptedError, type ExecutionState, type InterruptOptions, type LeafContext } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";
import { memoryBackend } from "@reprise/backend-memory";
import { describe, expect, test } from "vitest";
import { RepriseError, type StateBackend } from "@reprise/core/spi";
import { delegateWriter } from "../../src/delegate-writer.ts";
import { slow, virtualSystem, type VirtualSystem } from "../../src/index.ts";
import { bothBackends } from "./support/both-backends.ts";
import { createWorld, journalOf, latch, rejectionOf, stateId, turns, unhandledDuring, type World } from "./support/world.ts";

const echo = tool({ name: "echo", run: (text: string) => text });

/** A tool that ends when it is told to, and says so. */
function hanging(name: string, heard: unknown[] = []) {
  return tool({
    name,
    run: (_: unknown, { signal }: LeafContext) =>
      new Promise<string>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          heard.push(signal.reason);
          reject(signal.reason as Error);
        });
      }),
  });
}

function agentOf<Output>(run: (context: AgentContext) => Promise<Output> | Output, name = "work") {
  return agent({ name, run: (_input: void, context) => run(context) });
}

/** A leaf of which a test decides when its first attempt ends. */
function held(name: string) {
  const begun = latch();
  const end = latch<string>();
  let runs = 0;
  const actor = tool({
    name,
    run: async () => {
      runs += 1;
      if (runs > 1) return `${name} again`;
      begun.open();
      return end.promise;
    },
  });
  return { actor, begun: begun.promise, end: (value = name) => end.open(value), get runs() { return runs; } };
}

const everything: InterruptOptions = { reason: InterruptReason.RESOURCE_LIMIT, message: "out of memory", triggeredBy: "watchdog" };

async function* none(): AsyncGenerator<never> {}

async function kinds(world: World): Promise<string[]> {
  return (await world.journal()).map(({ k, c, status }) => [k, ...(typeof c === "number" ? [c] : []), ...(typeof status === "string" ? [status] : [])].join(" "));
}

describe("I2: one end everywhere", () => {
  test("I2, H5: every verb rejects, each open call gets a record, there is one notice, a checkpoint, a free lease, and one outcome", async () => {
    const world = createWorld();
    const { reprise, heard } = world.begin({ graceMs: 1_000 });
    const reasons: unknown[] = [];
    const seen: unknown[] = [];
    const leaf = hanging("leaf", reasons);
    const inner = agentOf((context) => context.run(leaf, 1), "inner");
    const begun = latch();
    const work = agentOf(async (context) => {
      const verbs = [context.run(inner), context.map("pages", [1], leaf), context.sleep(20_000), context.waitFor("x")];
      setTimeout(() => begun.open(), 10);
      for (const result of await Promise.allSettled(verbs)) seen.push(result.status === "rejected" ? (result.reason as ExecutionInterruptedError).code : result.value);
      seen.push((await rejectionOf(context.run(echo, "later"))).code);
      expect(() => context.now()).toThrow(expect.objectContaining({ code: "EXECUTION_INTERRUPTED" }));
      return "swallowed";
    });
    const executing = reprise.execute(work, undefined, { stateId });
    await begun.promise;
    expect(await reprise.interrupt(stateId, everything)).toBe(true);
    expect(await executing).toEqual({ status: "interrupted", stateId, signal: { ...everything, saveCheckpoint: true } });
    expect(seen.slice(-5)).toEqual(Array.from({ length: 5 }, () => "EXECUTION_INTERRUPTED"));
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toMatchObject({ name: "ExecutionInterruptedError", code: "EXECUTION_INTERRUPTED", reason: "resource_limit", triggeredBy: "watchdog", stateId, message: "run run-1 was interrupted (resource_limit) by watchdog: out of memory" });
    expect(await reprise.head(stateId)).toMatchObject({ status: "interrupted", lease: "none" });
    expect((await reprise.list({ status: "interrupted" })).rows.map((row) => row.stateId)).toEqual([stateId]);
    const journal = await world.journal();
    const open = journal.filter(({ k }) => k === "started").length;
    expect(journal.slice(-open - 2).map(({ k }) => k)).toEqual([...Array.from({ length: open }, () => "interrupted"), "interruption", "checkpoint"]);
    expect(heard.of("interrupt")).toMatchObject([{ stateId, signal: everything, checkpoint: "saved", seq: journal.length, openCalls: open }]);
    expect(heard.of("event").filter(({ status }) => status === "interrupted")).toHaveLength(open);
    expect(heard.of("event").at(-1)).toMatchObject({ address: "work::agent_call", status: "interrupted", reason: "resource_limit: out of memory" });
  });

  test("I2: finally runs, also where it takes its time, and a catch-all changes nothing", async () => {
    const world = createWorld();
    const done: string[] = [];
    const work = agentOf(async (context) => {
      try {
        await context.run(hanging("leaf"), 1);
      } catch {
        await context.run(echo, "compensate").catch(() => done.push("refused"));
        return "fine";
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 20));
        done.push("finally");
      }
    });
    const { reprise } = world.begin();
    const unhandled = await unhandledDuring(async () => {
      const executing = reprise.execute(work, undefined, { stateId });
      while ((await kinds(world).catch(() => [])).length < 3) await turns();
      await reprise.interrupt(stateId);
      expect(await executing).toMatchObject({ status: "interrupted", signal: { reason: "user_cancelled" } });
    });
    expect([done, unhandled]).toEqual([["refused", "finally"], []]);
    expect(await kinds(world)).toEqual(["run", "started", "started", "interrupted 3", "interrupted 2", "interruption", "checkpoint interrupted"]);
  });

  test("I2: the first interrupt wins; a run that has ended is not interrupted", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const state = await reprise.create({ stateId });
    const running = rejectionOf(state.run(hanging("leaf"), 1));
    expect([state.interruption, state.interrupt({ message: "first" }), state.interrupt({ message: "second", reason: "custom" })]).toEqual([null, true, false]);
    expect(((await running) as ExecutionInterruptedError).message).toContain("first");
    expect([state.interrupt(), state.interruption?.message, state.status]).toEqual([false, "first", "interrupted"]);
    await reprise.close();
    const other = createReprise({ backend: memoryBackend() });
    const done = await other.create();
    await done.run(echo, "x");
    await done.saveCheckpoint({ status: "completed" });
    expect([done.interrupt(), done.status]).toEqual([false, "completed"]);
    expect(await done.run(echo, "y")).toBe("y");
    await other.close();
    expect(done.interrupt()).toBe(false);
  });

  test("I2: an interruption while the last record is being written does not take the result away", async () => {
    const { reprise } = createWorld().begin();
    const work = agentOf((context) => context.run(echo, "result"));
    const state = await reprise.create({ stateId });
    await state.close();
    const executing = reprise.execute(work, undefined, { stateId });
    const history = async (): Promise<string> => (await reprise.snapshot(stateId)).status;
    while ((await history()) !== "completed") await turns(1);
    expect([await reprise.interrupt(stateId), await executing]).toMatchObject([false, { status: "completed", value: "result" }]);
  });

  test("I2: what a handler gives within the grace is recorded and not made again", async () => {
    const world = createWorld();
    const paid = held("paid");
    const work = agentOf(async (context) => `${await context.run(paid.actor)}, ${await context.run(echo, "then")}`);
    const { reprise } = world.begin();
    const executing = reprise.execute(work, undefined, { stateId });
    await paid.begun;
    await reprise.interrupt(stateId);
    paid.end("paid for");
    expect((await executing).status).toBe("interrupted");
    expect((await kinds(world)).slice(3)).toEqual(["completed 3", "interrupted 2", "interruption", "checkpoint interrupted"]);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: "paid for, then" });
    expect(paid.runs).toBe(1);
  });

  test("I2: a handler that ignores its signal holds the end up for the grace, and what it gives later is dropped", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const stubborn = tool({ name: "stubborn", run: () => new Promise<string>((resolve) => void system.setTimer(60_000, () => resolve("late"))) });
    const { reprise } = world.begin({ system, graceMs: 700 });
    const state = await system.runUntil(reprise.create({ stateId }));
    const running = rejectionOf(state.run(stubborn));
    await system.advance(10);
    state.interrupt();
    expect((await system.runUntil(running)).code).toBe("EXECUTION_INTERRUPTED");
    expect(system.now()).toBe(710);
    await system.run();
    expect((await kinds(world)).slice(2)).toEqual(["interrupted 2", "interruption", "checkpoint interrupted"]);
  });

  test("I2, R3: an interrupted leaf is neither a failure nor a lost attempt: it runs again, as often as that happens", async () => {
    const world = createWorld();
    let runs = 0;
    const patient = tool({ name: "patient", run: (_: void, { signal }) => { runs += 1; return runs > 6 ? "done" : new Promise<string>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))); } });
    const work = agentOf((context) => context.run(patient));
    for (let life = 0; life < 6; life += 1) {
      const { reprise } = world.begin({ retry: retryProvider(), maxLost: 2 });
      const executing = reprise.execute(work, undefined, { stateId });
      while (runs === life) await turns(1);
      await reprise.interrupt(stateId);
      expect((await executing).status).toBe("interrupted");
    }
    const { outcome, heard } = await world.resume(work, {}, { maxLost: 2 });
    expect(outcome).toMatchObject({ status: "completed", value: "done" });
    expect(heard.of("event").find(({ address, status }) => address.includes("patient") && status === "completed")).toMatchObject({ attempt: 7 });
  });

  test("I2, R11: a call that must not happen twice asks if it was at work, and goes on if it had not begun", async () => {
    const world = createWorld();
    const once = tool({ name: "once", repeatable: false, run: hanging("x").handler as (input: void, context: LeafContext) => Promise<string> });
    const { reprise } = world.begin();
    const work = agentOf((context) => context.run(once));
    const executing = reprise.execute(work, undefined, { stateId });
    while ((await kinds(world).catch(() => [])).length < 3) await turns();
    await turns();
    await reprise.interrupt(stateId);
    expect((await executing).status).toBe("interrupted");
    expect((await world.resume(work)).outcome).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN" } });

    const other = createWorld();
    const state = await other.begin().reprise.create({ stateId });
    const refused = rejectionOf(state.run(once));
    state.interrupt();
    await refused;
    await state.close();
    expect((await other.journal()).find(({ k }) => k === "interrupted")).toMatchObject({ idle: 1 });
    const fine = tool({ name: "once", repeatable: false, run: () => "done" });
    const again = await other.begin().reprise.load(stateId);
    expect(await again.run(fine)).toBe("done");
  });
});

describe("I2, T4, T6: backoff, sleeps and limits", () => {
  const failing = (calls: number[], system: VirtualSystem) => tool({ name: "failing", retry: retry({ maxAttempts: 3, backoff: "constant", initialDelayMs: 10_000, jitter: "none" }), run: () => { calls.push(system.now()); throw new Error(`no ${calls.length}`); } });

  test("I2, T6: an interrupt in a backoff of 10 s returns at once, the handler is not called again, and what is left of delay and budget goes on", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const calls: number[] = [];
    const work = agentOf((context) => context.run(failing(calls, system)));
    const { reprise, heard } = world.begin({ system, retry: retryProvider() });
    const executing = reprise.execute(work, undefined, { stateId });
    await system.advance(4_000);
    await reprise.interrupt(stateId, { message: "stop" });
    expect((await system.runUntil(executing)).status).toBe("interrupted");
    expect([system.now(), system.pending.timers, calls]).toEqual([4_000, 0, [0]]);
    expect(heard.of("event").filter(({ address }) => address.includes("failing")).map(({ status }) => status)).toEqual(["started", "failed", "retrying", "interrupted"]);
    await system.advance(1_000);
    const { outcome } = await system.runUntil(world.resume(work, {}, { system, retry: retryProvider() }));
    expect(outcome).toMatchObject({ status: "failed", error: { cause: { cause: { message: "no 3" } } } });
    expect(calls).toEqual([0, 10_000, 20_000]);
  });

  test("I2: with real timers an abort during a backoff of 10 s returns within 50 ms", async () => {
    const controller = new AbortController();
    let calls = 0;
    const flaky = tool({ name: "flaky", retry: retry({ maxAttempts: 3, backoff: "constant", initialDelayMs: 10_000, jitter: "none" }), run: () => { calls += 1; throw new Error("no"); } });
    const backingOff = latch();
    const reprise = createReprise({ backend: memoryBackend(), retry: retryProvider(), subscribers: [{ attach: (run) => run.on("event", ({ status }) => { if (status === "retrying") backingOff.open(); }) }] });
    const executing = reprise.execute(agentOf((context) => context.run(flaky)), undefined, { signal: controller.signal });
    await backingOff.promise;
    await turns();
    const since = performance.now();
    controller.abort();
    expect((await executing).status).toBe("interrupted");
    expect(performance.now() - since).toBeLessThan(50);
    expect(calls).toBe(1);
  });

  test("I2, I5: a sleep ends at once, and the rest of it is slept when the run is resumed", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const work = agentOf(async (context) => { await context.sleep(20_000); return system.now(); });
    const { reprise } = world.begin({ system });
    const executing = reprise.execute(work, undefined, { stateId, deadlineMs: 5_000 });
    expect((await system.runUntil(executing)).status).toBe("interrupted");
    expect([system.now(), system.pending.timers]).toEqual([5_000, 0]);
    await system.advance(5_000);
    expect((await system.runUntil(world.resume(work, {}, { system }))).outcome).toMatchObject({ value: 20_000 });
  });

  test("I2, I4: a wait stays open: its answer may come while the run is interrupted", async () => {
    const world = createWorld();
    const work = agentOf(async (context) => { const [answer] = await Promise.all([context.waitFor("x"), context.run(again)]); return answer; });
    let runs = 0;
    const again = tool({ name: "again", run: (_: void, { signal }) => { runs += 1; return runs > 1 ? undefined : new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))); } });
    const { reprise } = world.begin();
    const executing = reprise.execute(work, undefined, { stateId });
    while (runs === 0) await turns();
    await reprise.interrupt(stateId);
    await executing;
    expect(await reprise.pending(stateId)).toMatchObject([{ name: "x" }]);
    await reprise.answer(stateId, "x", 7);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: 7 });
  });
});

describe("I2: where it comes from", () => {
  test("I2: a signal that is aborted interrupts with what it says, and its listener is removed", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => { listeners += 1; add(...args); },
      removeEventListener: (...args: Parameters<typeof remove>) => { listeners -= 1; remove(...args); },
    });
    const executing = reprise.execute(agentOf((context) => context.run(hanging("leaf"), 1)), undefined, { stateId, signal });
    while ((await kinds(world).catch(() => [])).length < 3) await turns();
    controller.abort(new Error("the client went away"));
    expect(await executing).toMatchObject({ status: "interrupted", signal: { reason: "user_cancelled", message: "the client went away", triggeredBy: "abort signal" } });
    expect(listeners).toBe(0);
  });

  test("I2: aborted before the start, nothing starts and nothing is recorded", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const signal = AbortSignal.abort("no time");
    let ran = false;
    const work = agentOf(() => { ran = true; });
    expect(await reprise.execute(work, undefined, { stateId, signal })).toEqual({ status: "interrupted", stateId, signal: { reason: "user_cancelled", message: "no time", triggeredBy: "abort signal", saveCheckpoint: true } });
    expect(await reprise.head(stateId)).toBeUndefined();
    expect(await rejectionOf(reprise.create({ stateId, signal }))).toMatchObject({ name: "ExecutionInterruptedError", cause: "no time" });
    const state = await reprise.create({ stateId });
    await state.close();
    expect(await rejectionOf(reprise.load(stateId, { signal }))).toMatchObject({ code: "EXECUTION_INTERRUPTED" });
    expect((await reprise.resume(work, stateId, { signal })).status).toBe("interrupted");
    expect([ran, (await reprise.head(stateId))?.status]).toEqual([false, "running"]);
  });

  test("I2, P1: a run that is interrupted before a group begins starts no branch", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const state = await reprise.create();
    state.interrupt();
    const done: string[] = [];
    const item = tool({ name: "item", run: (text: string) => { done.push(text); } });
    expect((await rejectionOf(state.map("items", ["a", "b"], item))).code).toBe("EXECUTION_INTERRUPTED");
    expect(done).toEqual([]);
    await reprise.close();
  });

  test("I2: a checker is asked every 100 ms, while a leaf works, a backoff or a sleep lasts; a signal of its own is used as it is", async () => {
    const system = virtualSystem();
    const asked: number[] = [];
    const world = createWorld();
    const { reprise } = world.begin({ system, retry: retryProvider() });
    const flaky = tool({ name: "flaky", retry: retry({ maxAttempts: 2, backoff: "constant", initialDelayMs: 1_000, jitter: "none" }), run: (_: void, { attempt }) => { if (attempt === 1) throw new Error("no"); } });
    const work = agentOf(async (context) => {
      await context.run(slow(1_000, { system }), 1);
      await context.run(flaky);
      await context.sleep(20_000);
    });
    const checker = () => { asked.push(system.now()); return system.now() < 2_500 ? null : { reason: InterruptReason.ERROR_THRESHOLD, message: "too many", triggeredBy: "budget" }; };
    const outcome = await system.runUntil(reprise.execute(work, undefined, { stateId, interruptChecker: checker }));
    expect(outcome).toMatchObject({ status: "interrupted", signal: { reason: "error_threshold", message: "too many", triggeredBy: "budget" } });
    expect(asked).toEqual(Array.from({ length: 26 }, (_, index) => index * 100));
    await system.advance(10_000);
    expect([asked.length, system.pending.timers]).toEqual([26, 0]);
  });

  test("I2: an asynchronous checker is not asked again before it has answered; true is enough", async () => {
    const system = virtualSystem();
    let asked = 0;
    const checker = (): PromiseLike<boolean> => {
      asked += 1;
      return { then: (resolve, reject) => new Promise<boolean>((done) => void system.setTimer(250, () => done(asked > 2))).then(resolve, reject) };
    };
    const reprise = createReprise({ system, interruptChecker: checker });
    const outcome = await system.runUntil(reprise.execute(agentOf((context) => context.sleep(5_000))));
    expect(outcome).toMatchObject({ status: "interrupted", signal: { reason: "user_cancelled", triggeredBy: "interrupt checker" } });
    expect([asked, system.now()]).toEqual([3, 950]);
  });

  test("I2: a checker that is set again while it answers is asked as often as one", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ system });
    const state = await system.runUntil(reprise.create());
    let asked = 0;
    const checker = async (): Promise<boolean> => {
      asked += 1;
      return false;
    };
    for (let time = 0; time < 5; time += 1) state.setInterruptChecker(checker);
    asked = 0;
    await system.advance(1_000);
    expect(asked).toBe(10);
    await system.runUntil(reprise.close());
  });

  test("I2, defect-T34: a checker that fails, or gives what is no answer, changes nothing and is reported once", async () => {
    const system = virtualSystem();
    let asked = 0;
    const answers: unknown[] = [new Error("down"), 1, "yes", { reason: "because" }, "reject"];
    const checker = () => {
      const answer = answers[asked];
      asked += 1;
      if (answer instanceof Error) throw answer;
      if (answer === "reject") return Promise.reject(new Error("later"));
      return answer as boolean;
    };
    const world = createWorld();
    const { reprise, heard } = world.begin({ system });
    expect((await system.runUntil(reprise.execute(agentOf((context) => context.sleep(1_000)), undefined, { interruptChecker: checker }))).status).toBe("completed");
    expect(asked).toBeGreaterThan(5);
    expect(heard.of("log").map(({ code, message }) => [code, message.includes("down")])).toEqual([["INTERRUPT_CHECKER_FAILED", true]]);
  });

  test("I2: neither checker nor deadline keeps a process alive; a checker can be replaced and taken away", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ system });
    let asked = 0;
    const state = await system.runUntil(reprise.create({ interruptChecker: () => { asked += 1; return false; }, deadlineMs: 3_600_000 }));
    await system.run();
    expect([system.now(), asked]).toEqual([0, 1]);
    await system.advance(1_000);
    expect(asked).toBe(11);
    state.setInterruptChecker(null);
    await system.advance(1_000);
    expect(asked).toBe(11);
    state.setInterruptChecker(() => true);
    expect(state.interruption?.triggeredBy).toBe("interrupt checker");
    await system.runUntil(reprise.close());
    expect(system.pending).toEqual({ turns: 0, timers: 0 });
  });

  test("I2: the deadline interrupts with the reason timeout; it can be taken away and replaced, and the first interrupt wins", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ system });
    const opened = async (deadlineMs?: number): Promise<ExecutionState> => system.runUntil(reprise.create(deadlineMs === undefined ? {} : { deadlineMs }));
    const passed = await opened(100);
    const cleared = await opened(100);
    const replaced = await opened();
    const manual = await opened(100);
    replaced.setDeadline(50, { message: "the first" });
    replaced.setDeadline(150, { message: "the second" });
    await system.advance(50);
    cleared.setDeadline(null);
    manual.interrupt({ reason: "custom", message: "by hand" });
    await system.advance(60);
    expect([passed.interruption, cleared.interruption, replaced.interruption, manual.interruption]).toMatchObject([{ reason: "timeout", message: "it took longer than its deadline of 100 ms", triggeredBy: "deadline" }, null, null, { reason: "custom", message: "by hand" }]);
    await system.advance(100);
    expect([cleared.interruption, replaced.interruption]).toMatchObject([null, { reason: "timeout", message: "the second" }]);
    await system.runUntil(reprise.close());
  });

  test("I2, defect-T33: a deadline of 0 is over at once, one that has not passed does nothing after the end, and other limits are failures", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const { reprise, heard } = world.begin({ system });
    const limited = tool({ name: "limited", attemptTimeoutMs: 50, run: hanging("x").handler as (input: void, context: LeafContext) => Promise<string> });
    expect((await system.runUntil(reprise.execute(agentOf((context) => context.sleep(1)), undefined, { deadlineMs: 0 }))).status).toBe("interrupted");
    expect(await system.runUntil(reprise.execute(agentOf((context) => context.run(limited)), undefined, { deadlineMs: 1_000 }))).toMatchObject({ status: "failed", error: { cause: { cause: { code: "TIMEOUT" } } } });
    expect((await system.runUntil(reprise.execute(agentOf((context) => context.sleep(10)), undefined, { stateId, deadlineMs: 1_000 }))).status).toBe("completed");
    await system.advance(5_000);
    expect((await reprise.head(stateId))?.status).toBe("completed");
    expect(heard.of("interrupt")).toHaveLength(1);
  });

  test.each([
    ["reason", { reason: "because" }],
    ["message", { message: 7 }],
    ["triggeredBy", { triggeredBy: {} }],
    ["saveCheckpoint", { saveCheckpoint: 1 }],
  ])("I2: what is no %s is refused", async (option, options) => {
    const reprise = createReprise();
    const state = await reprise.create();
    expect(() => state.interrupt(options as InterruptOptions)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: option }));
    expect(await rejectionOf(reprise.interrupt("x", options as InterruptOptions))).toMatchObject({ code: "INVALID_OPTION", path: option });
    expect(state.interruption).toBeNull();
  });

  test("I2: what is no deadline, checker or signal is refused before anything happens", async () => {
    const reprise = createReprise();
    for (const deadlineMs of [-1, Number.NaN, Infinity, "1"]) expect(await rejectionOf(reprise.execute(agentOf(() => 1), undefined, { deadlineMs: deadlineMs as number }))).toMatchObject({ code: "INVALID_OPTION", path: "deadlineMs" });
    expect(await rejectionOf(reprise.create({ interruptChecker: true as unknown as () => boolean }))).toMatchObject({ code: "INVALID_OPTION", path: "interruptChecker" });
    expect(() => createReprise({ interruptChecker: 1 as unknown as () => boolean })).toThrow(expect.objectContaining({ path: "interruptChecker" }));
    const state = await reprise.create();
    expect(() => state.setDeadline(-1)).toThrow(expect.objectContaining({ path: "deadlineMs" }));
    expect(() => state.setInterruptChecker("x" as unknown as null)).toThrow(expect.objectContaining({ path: "interruptChecker" }));
  });
});

describe.each(bothBackends)("I2: from another process, %s", (_, open) => {
  test("I2: the process that is at the run is told, whatever it is at", async () => {
    const world = createWorld(await open());
    const heard: unknown[] = [];
    const executing = world.begin().reprise.execute(agentOf((context) => context.run(hanging("leaf", heard), 1)), undefined, { stateId });
    while ((await kinds(world).catch(() => [])).length < 3) await turns();
    expect(await world.begin().reprise.interrupt(stateId, everything)).toBe(true);
    expect(await executing).toEqual({ status: "interrupted", stateId, signal: { ...everything, saveCheckpoint: true } });
    expect(heard).toMatchObject([{ reason: "resource_limit" }]);
    expect((await world.disk.list({ dueBefore: 0 })).rows).toEqual([]);
  });

  test("I2: so is it when it is to pause: execute gives paused, and a resumed run goes on", async () => {
    const world = createWorld(await open());
    const paid = held("paid");
    const work = agentOf(async (context) => `${await context.run(paid.actor)}, ${await context.run(echo, "then")}`);
    const executing = world.begin().reprise.execute(work, undefined, { stateId });
    await paid.begun;
    expect(await world.begin().reprise.pause(stateId)).toBe(true);
    while ((await world.disk.list({ dueBefore: 0 })).rows.length > 0) await turns();
    paid.end();
    expect(await executing).toEqual({ status: "paused", stateId });
    expect([await world.begin().reprise.pause(stateId), await world.begin().reprise.interrupt(stateId)]).toEqual([false, false]);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: "paid, then" });
    expect(paid.runs).toBe(1);
  });

  test("I2: a run that waits, or whose process died, is recorded as interrupted: wake leaves it alone, resume goes on", async () => {
    const world = createWorld(await open());
    const work = agentOf((context) => context.waitFor("x", { timeoutMs: 1, default: "nobody" }));
    expect((await world.begin({ suspendAfterMs: 0 }).reprise.execute(agentOf((context) => context.waitFor("x")), undefined, { stateId })).status).toBe("awaiting");
    const { reprise, heard } = world.begin();
    expect([await reprise.interrupt(stateId, everything), await reprise.interrupt(stateId)]).toEqual([true, false]);
    expect(heard.of("interrupt")).toMatchObject([{ signal: everything, checkpoint: "saved", openCalls: 0 }]);
    expect(await reprise.head(stateId)).toMatchObject({ status: "interrupted", lease: "none" });
    await reprise.answer(stateId, "x", "yes");
    expect(await reprise.wake([work])).toEqual([]);
    expect(await reprise.resume(agentOf((context) => context.waitFor("x")), stateId)).toMatchObject({ status: "completed", value: "yes" });
    expect(await reprise.interrupt(stateId)).toBe(false);
    expect(await rejectionOf(reprise.interrupt("unknown"))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("I2: an interrupt that its process did not live to see does not wait for a later one", async () => {
    const backend = await open();
    const deaf: StateBackend = {
      ...backend,
      acquire: async (...args) => delegateWriter(await backend.acquire(...args), { onMessage: () => () => undefined, messages: () => none() }),
    };
    const state = await createReprise({ backend: deaf }).create({ stateId });
    const world = createWorld(backend);
    expect(await world.begin().reprise.interrupt(stateId)).toBe(true);
    expect(await state.run(echo, "deaf")).toBe("deaf");
    await state.close();
    const { reprise, heard } = world.begin();
    const next = await reprise.load(stateId);
    expect(await next.run(echo, "deaf")).toBe("deaf");
    while ((await backend.list({ dueBefore: 0 })).rows.length > 0) await turns();
    expect(await next.run(echo, "done")).toBe("done");
    await next.close();
    expect(heard.of("log").map(({ code }) => code)).toEqual(["INTERRUPT_OBSOLETE"]);
    expect(heard.of("interrupt")).toEqual([]);
  });
});

describe("I2: afterwards", () => {
  test("I2, S9: history, statistics and snapshot of an interrupted run are the same live and restored", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const state = await reprise.create({ stateId });
    await state.run(echo, "done");
    const work = state.run(agentOf((context) => context.run(hanging("leaf"), 1)));
    await turns();
    state.interrupt(everything);
    await rejectionOf(work);
    const shown = { calls: state.history.calls().map(({ address, status }) => `${address} ${status}`), snapshot: state.snapshot(), events: state.history.events() };
    expect(shown.calls).toEqual(["echo::tool_call completed", "work::agent_call interrupted", "work::leaf::tool_call interrupted"]);
    expect(shown.snapshot).toMatchObject({ status: "interrupted", interruption: everything, checkpoints: [{ status: "interrupted" }] });
    expect(shown.snapshot.calls.at(-1)).toMatchObject({ status: "interrupted", reason: "resource_limit: out of memory" });
    expect(state.history.calls({ status: "interrupted" })).toHaveLength(2);
    await state.close();
    const restored = await world.begin().reprise.history(stateId);
    expect(restored.events()).toEqual(shown.events);
    expect(await world.begin().reprise.snapshot(stateId)).toEqual(shown.snapshot);
    expect(await world.begin().reprise.verify(stateId)).toMatchObject({ intact: true });
    const loaded = await world.begin().reprise.load(stateId);
    expect(loaded.interruption).toMatchObject(everything);
    await loaded.run(echo, "x", { key: "new" });
    expect([loaded.interruption, loaded.status, loaded.history.get("work::agent_call")?.status, loaded.history.get("work::leaf::tool_call")?.status]).toEqual([null, "running", "started", "interrupted"]);
    await loaded.close();
  });

  test("I2, R9, R10: a rewind, a fork and an export of an interrupted run go on like any other", async () => {
    const world = createWorld();
    const blocked = held("blocked");
    const work = agentOf(async (context) => `${await context.run(echo, "a")}, ${await context.run(blocked.actor)}`);
    const { reprise } = world.begin({ graceMs: 1 });
    const executing = reprise.execute(work, undefined, { stateId });
    await blocked.begun;
    await reprise.interrupt(stateId);
    expect((await executing).status).toBe("interrupted");
    const { reprise: next } = world.begin();
    const journal = await kinds(world);
    const fork = await next.fork(stateId, { stateId: "fork" });
    expect(fork.plan).toMatchObject({ rerun: ["work::blocked::tool_call"], reentered: ["work::agent_call"] });
    const between = await next.fork(stateId, { stateId: "between", at: { position: journal.indexOf("interruption") } });
    expect(between.plan.position).toBe(journal.length);
    const copy = await next.import(await next.export(stateId), { stateId: "copy" });
    await next.rewind(stateId, { address: "work::blocked::tool_call" });
    for (const id of [stateId, "fork", "between", copy.stateId]) expect(await next.resume(work, id)).toMatchObject({ status: "completed", value: "a, blocked again" });
  });

  test("I2: without a checkpoint the run is interrupted all the same", async () => {
    const world = createWorld();
    const { reprise, heard } = world.begin();
    const state = await reprise.create({ stateId });
    state.interrupt({ saveCheckpoint: false });
    await state.close();
    expect(await reprise.checkpoints(stateId)).toEqual([]);
    expect(await reprise.head(stateId)).toMatchObject({ status: "interrupted", lease: "none" });
    expect(heard.of("interrupt")).toMatchObject([{ checkpoint: "not_asked_for", signal: { saveCheckpoint: false } }]);
  });

  test("I2: without a backend the notice does not say that anything was saved", async () => {
    const notices: unknown[] = [];
    const state = await createReprise().create();
    state.on("interrupt", (notice) => void notices.push(notice));
    state.interrupt();
    await state.close();
    expect(notices).toMatchObject([{ checkpoint: "no_backend" }]);
  });
});

describe("I2: pause", () => {
  test("I2: what is at work may end, nothing new begins, and the run goes on when it is resumed", async () => {
    const world = createWorld();
    const paid = held("paid");
    const work = agentOf(async (context) => `${await context.run(paid.actor)}, ${await context.run(echo, "then")}`);
    const { reprise } = world.begin({ graceMs: 1 });
    const state = await reprise.create({ stateId });
    const running = rejectionOf(state.run(work));
    await paid.begun;
    expect([state.pause(), state.pause()]).toEqual([true, false]);
    expect((await rejectionOf(state.run(echo, "x"))).code).toBe("EXECUTION_PAUSED");
    await new Promise((resolve) => setTimeout(resolve, 20));
    paid.end();
    expect((await running).code).toBe("EXECUTION_PAUSED");
    expect([state.status, state.interrupt()]).toEqual(["paused", false]);
    expect(await reprise.head(stateId)).toMatchObject({ status: "paused", lease: "none" });
    expect((await kinds(world)).slice(3)).toEqual(["completed 3", "checkpoint paused"]);
    await state.close();
    const again = await world.begin().reprise.load(stateId);
    expect([await again.run(work), paid.runs]).toEqual(["paid, then", 1]);
    await again.close();
  });

  test("I2: the first one wins also by id, while what it ended is still ending", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const paid = held("paid");
    const ended = reprise.execute(agentOf((context) => context.run(paid.actor)), undefined, { stateId: "driven" });
    await paid.begun;
    expect([await reprise.pause("driven"), await reprise.pause("driven")]).toEqual([true, false]);
    expect([await reprise.interrupt("driven"), await reprise.interrupt("driven"), await reprise.pause("driven")]).toEqual([true, false, false]);
    paid.end();
    expect((await ended).status).toBe("interrupted");
    expect(await rejectionOf(reprise.pause(""))).toMatchObject({ code: "INVALID_ID" });
  });

  test("I2: a pause can still be interrupted", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const driven = await reprise.create({ stateId });
    const hung = hanging("hung");
    const running = rejectionOf(driven.run(agentOf((context) => context.run(hung, 1))));
    await turns();
    expect([driven.pause(), driven.interrupt({ message: "now" }), driven.pause()]).toEqual([true, true, false]);
    expect((await running).code).toBe("EXECUTION_INTERRUPTED");
    expect(driven.status).toBe("interrupted");
    await driven.close();
    expect(isRepriseError(await rejectionOf(driven.run(echo, "x")), "EXECUTION_INTERRUPTED")).toBe(true);
  });

  test("I2, T4: a pause leaves a backoff and a sleep as they are", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const calls: number[] = [];
    const flaky = tool({ name: "flaky", retry: retry({ maxAttempts: 2, backoff: "constant", initialDelayMs: 10_000, jitter: "none" }), run: () => { calls.push(system.now()); if (calls.length === 1) throw new Error("no"); return "fine"; } });
    const work = agentOf((context) => Promise.all([context.run(flaky), context.sleep(15_000).then(() => system.now())]));
    const { reprise } = world.begin({ system, retry: retryProvider() });
    const state = await system.runUntil(reprise.create({ stateId }));
    const running = rejectionOf(state.run(work));
    await system.advance(4_000);
    state.pause();
    expect((await system.runUntil(running)).code).toBe("EXECUTION_PAUSED");
    expect([system.now(), system.pending.timers]).toEqual([4_000, 0]);
    await system.runUntil(state.close());
    const again = await system.runUntil(world.begin({ system, retry: retryProvider() }).reprise.load(stateId));
    expect(await system.runUntil(again.run(work))).toEqual(["fine", 15_000]);
    expect(calls).toEqual([0, 10_000]);
    await system.runUntil(again.close());
  });
});

test("I2: a signal that was aborted because time was up says timeout, any other that somebody cancelled", async () => {
  for (const [reason, expected] of [[new DOMException("too late", "TimeoutError"), "timeout"], [new Error("stop"), "user_cancelled"]] as const) {
    const reprise = createReprise();
    const controller = new AbortController();
    const executing = reprise.execute(agentOf((context) => context.run(hanging("hangs"), undefined)), undefined, { signal: controller.signal });
    await turns(5);
    controller.abort(reason);
    expect(await executing).toMatchObject({ status: "interrupted", signal: { reason: expected, message: reason.message } });
  }
});

describe("I2: an interruption at the beginning", () => {
  test.each(Array.from({ length: 30 }, (_, count) => count))("I2: aborted %i microtasks after it was asked for, a run has not begun, or can be resumed with its input", async (count) => {
    const reprise = createReprise({ backend: memoryBackend() });
    const controller = new AbortController();
    const main = agent({ name: "main", run: (input: string, context) => context.run(echo, input) });
    const executing = reprise.execute(main, "the input", { stateId, signal: controller.signal });
    for (let done = 0; done < count; done += 1) await Promise.resolve();
    controller.abort(new Error("enough"));
    const outcome = await executing;
    if (outcome.status === "interrupted" && (await reprise.head(stateId)) !== undefined) {
      expect(await reprise.head(stateId)).toMatchObject({ status: "interrupted", lease: "none" });
      expect(await reprise.resume(main, stateId)).toMatchObject({ status: "completed", value: "the input" });
    }
    await reprise.close();
  });

  test("I2: so it is for one that asks for all as soon as there is one", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const main = agent({ name: "main", run: (input: string, context) => context.run(hanging("hangs"), input) });
    const executing = reprise.execute(main, "the input", { stateId });
    while ((await reprise.interruptAll({ message: "first" })) === 0) await Promise.resolve();
    expect(await executing).toMatchObject({ status: "interrupted", signal: { message: "first" } });
    await reprise.close();
  });
});

describe.each(bothBackends)("I2: a run that is at work elsewhere while a handle of this process rests (%s)", (_, open) => {
  test.each(["a checkpoint", "a pause"])("I2: after %s it is told there, not here", async (how) => {
    const backend = await open();
    const here = createReprise({ backend });
    const elsewhere = createReprise({ backend });
    const state = await here.create({ stateId });
    await state.run(echo, "1");
    if (how === "a pause") {
      state.pause();
      await rejectionOf(state.run(echo, "2"));
    } else await state.saveCheckpoint({ status: "paused" });
    const other = await elsewhere.load(stateId, { waitMs: 10_000 });
    const call = rejectionOf(other.run(hanging("hangs"), undefined));
    await turns(5);
    expect(await here.interrupt(stateId, { message: "enough" })).toBe(true);
    expect(await call).toMatchObject({ code: "EXECUTION_INTERRUPTED", signal: { message: "enough" } });
    await other.close();
    expect(await here.interrupt(stateId)).toBe(false);
    await here.close();
  });

  test("I2: a handle that rests is not interrupted, and can be used again", async () => {
    const reprise = createReprise({ backend: await open() });
    const state = await reprise.create({ stateId });
    await state.saveCheckpoint({ status: "paused" });
    const lastSeq = state.history.lastSeq;
    expect([state.interrupt(), state.pause(), await reprise.interruptAll(), await reprise.interrupt(stateId), await reprise.pause(stateId)]).toEqual([false, false, 0, false, false]);
    expect(state.history.lastSeq).toBe(lastSeq);
    expect(await state.run(echo, "goes on")).toBe("goes on");
    await reprise.close();
  });

  test("I2: a verb that waits for its lease is interrupted", async () => {
    const backend = await open();
    const state = await createReprise({ backend }).create({ stateId });
    await state.saveCheckpoint({ status: "paused" });
    const call = rejectionOf(state.run(echo, "never"));
    expect(state.interrupt({ message: "enough" })).toBe(true);
    expect(await call).toMatchObject({ code: "EXECUTION_INTERRUPTED" });
    await state.close();
    expect((await journalOf(backend)).filter(({ k }) => k === "started")).toEqual([]);
  });
});

test("I2, H6: a lease that is lost while a pause waits for a handler ends the run at once, and the handler is told", async () => {
  const inner = memoryBackend();
  const lost = new AbortController();
  const backend: StateBackend = { ...inner, acquire: async (...given) => delegateWriter(await inner.acquire(...given), { get signal() { return lost.signal; } }) };
  const heard: unknown[] = [];
  const reprise = createReprise({ backend });
  const executing = reprise.execute(agentOf((context) => context.run(hanging("hangs", heard))), undefined, { stateId });
  await turns();
  expect(await reprise.pause(stateId)).toBe(true);
  await turns();
  lost.abort(new RepriseError("LEASE_LOST", "it was lost"));
  expect(await executing).toMatchObject({ status: "failed", error: { code: "LEASE_LOST" } });
  expect(heard).toHaveLength(1);
});

test("I2: to close a run that is being paused waits for its handlers no longer than the grace", async () => {
  const system = virtualSystem();
  const world = createWorld();
  const { reprise } = world.begin({ system, graceMs: 500 });
  const never = tool({ name: "never", run: () => new Promise(() => undefined) });
  const state = await reprise.create({ stateId });
  const ended = rejectionOf(state.run(agentOf((context) => context.run(never))));
  await system.advance(0);
  expect(state.pause()).toBe(true);
  await system.advance(10_000);
  const before = system.now();
  await system.runUntil(reprise.close());
  // The handler has the grace, and so has the code that it was called by.
  expect(system.now() - before).toBeLessThanOrEqual(1_000);
  expect(await ended).toMatchObject({ code: "EXECUTION_PAUSED" });
  await system.advance(0);
  expect(system.pending).toEqual({ turns: 0, timers: 0 });
});

test.each(["before the answer is looked at", "while it is"] as const)("I2, I4: a run is interrupted by another process also where the schema of an answer never says anything, %s", async (when) => {
  const backend = memoryBackend();
  const asked = latch();
  const schema = { "~standard": { version: 1, vendor: "test", validate: (): Promise<never> => (asked.open(), new Promise(() => undefined)) } } as const;
  const other = createReprise({ backend });
  const waits = agentOf((context) => Promise.all([context.waitFor("answer", { schema }), context.sleep(20_000)]));
  const executing = createReprise({ backend, graceMs: 10 }).execute(waits, undefined, { stateId });
  await turns();
  await other.answer(stateId, "answer", 1);
  if (when === "while it is") await asked.promise;
  expect(await other.interrupt(stateId)).toBe(true);
  expect((await executing).status).toBe("interrupted");
  expect((await other.pending(stateId)).map(({ name }) => name)).toEqual(["answer"]);
});
