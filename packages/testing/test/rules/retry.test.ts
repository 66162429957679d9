import { agent, createReprise, llm, tool, type Actor, type RetrySetting } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import type { RetryPolicy, System } from "@reprise/core/spi";
import { retry, retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, flaky, virtualSystem, type VirtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, rejectionOf, stateId, unhandledDuring, type World } from "./support/world.ts";

/** A policy of `attempts` attempts without a delay. */
function attempts(count: number, delayMs = 0): RetryPolicy {
  return retry({ maxAttempts: count, initialDelayMs: delayMs, backoff: "constant", jitter: "none" });
}

/** An actor that always fails, and how often it ran. */
function failing(settings: { readonly retry?: RetrySetting; readonly kind?: "tool" | "llm"; readonly error?: () => unknown } = {}) {
  const { kind = "tool", error = () => new Error("no"), ...rest } = settings;
  let runs = 0;
  const define = kind === "tool" ? tool : llm;
  return {
    get runs() {
      return runs;
    },
    actor: define({ ...rest, name: "failing", run: (): number => { runs += 1; throw error(); } }),
  };
}

async function runsOf(subject: { readonly actor: Actor<void, number>; readonly runs: number }, options: Parameters<typeof createReprise>[0], callRetry?: RetrySetting): Promise<number> {
  const system = virtualSystem();
  const state = await system.runUntil(createReprise({ system, ...options }).create());
  await system.runUntil(rejectionOf(state.run(subject.actor, undefined, callRetry === undefined ? {} : { retry: callRetry })));
  await system.runUntil(state.close());
  return subject.runs;
}

describe("T1: which configuration counts", () => {
  test("T1: the call's, else the actor's, else the provider's for its kind; nothing is merged", async () => {
    const provider = retryProvider({ defaults: { tool_call: { maxAttempts: 2 }, llm_call: { maxAttempts: 5, jitter: "none" } } });
    expect(await runsOf(failing({ retry: attempts(3) }), { retry: provider }, attempts(4))).toBe(4);
    expect(await runsOf(failing({ retry: attempts(3) }), { retry: provider })).toBe(3);
    expect(await runsOf(failing(), { retry: provider })).toBe(2);
    expect(await runsOf(failing({ kind: "llm" }), { retry: provider })).toBe(5);
    // As plain settings it goes through the provider, and takes nothing from the actor's or the provider's own.
    expect(await runsOf(failing({ retry: { maxAttempts: 7, neverRetryOn: ["Error"] } }), { retry: provider }, { initialDelayMs: 1 })).toBe(3);
  });

  test("T1: false switches retrying off and wins; absent inherits", async () => {
    const provider = retryProvider();
    expect(await runsOf(failing({ retry: attempts(3) }), { retry: provider }, false)).toBe(1);
    expect(await runsOf(failing({ retry: false }), { retry: provider })).toBe(1);
    expect(await runsOf(failing({ retry: false }), { retry: provider }, attempts(2))).toBe(2);
    expect(await runsOf(failing(), { retry: retryProvider({ defaults: { tool_call: false } }) })).toBe(1);
  });

  test("T1: by the provider's default tools and llms have 3 attempts, agents have one; without a provider everything has one", async () => {
    expect(await runsOf(failing(), { retry: retryProvider() })).toBe(3);
    expect(await runsOf(failing({ kind: "llm" }), { retry: retryProvider() })).toBe(3);
    expect(await runsOf(failing(), {})).toBe(1);
    let runs = 0;
    await createReprise({ retry: retryProvider() }).execute(agent({ name: "work", run: () => { runs += 1; throw new Error("no"); } }));
    expect(runs).toBe(1);
  });

  test("T1: plain settings without a provider are a typed error before anything runs, never a silent single attempt", async () => {
    const subject = failing({ retry: { maxAttempts: 3 } });
    expect(await createReprise().execute(subject.actor)).toMatchObject({ status: "failed", error: { code: "RETRY_PROVIDER_MISSING", path: "retry" } });
    expect(subject.runs).toBe(0);
  });

  test("T1: settings the provider refuses are its typed error, and the handler does not run", async () => {
    const subject = failing({ retry: { maxAttempts: 0 } });
    const outcome = await createReprise({ retry: retryProvider() }).execute(subject.actor);
    expect(outcome.status).toBe("failed");
    if (outcome.status === "failed") expect(outcome.error.message).toMatch(/maxAttempts.*0/su);
    expect(subject.runs).toBe(0);
  });

  /** A run that dies while it waits for the second of five attempts. */
  async function dying(world: World, system: VirtualSystem): Promise<void> {
    const subject = failing({ retry: retry({ maxAttempts: 5, initialDelayMs: 1_000, backoff: "constant", jitter: "none" }) });
    void world.begin({ system }).reprise.execute(subject.actor, undefined, { stateId });
    await system.advance(500);
    world.disk.crash();
    expect(subject.runs).toBe(1);
  }

  test("T1: a recorded configuration is revived through the provider where the code has none", async () => {
    const world = createWorld();
    const system = virtualSystem();
    await dying(world, system);
    const now = failing();
    const { outcome } = await system.runUntil(world.resume(now.actor, {}, { system, retry: retryProvider({ defaults: { tool_call: false } }) }));
    expect(outcome).toMatchObject({ status: "failed", error: { attempts: 5 } });
    expect(now.runs).toBe(4);
  });

  test("T1: a recorded configuration without a provider is a typed error, and the run can be resumed with one", async () => {
    const world = createWorld();
    const system = virtualSystem();
    await dying(world, system);
    const now = failing();
    const before = await world.journal();
    const { outcome } = await system.runUntil(world.resume(now.actor, {}, { system }));
    expect(outcome).toMatchObject({ status: "failed", error: { code: "RETRY_PROVIDER_MISSING" } });
    expect(now.runs).toBe(0);
    expect(await world.journal()).toEqual(before);
    const again = await system.runUntil(world.resume(now.actor, {}, { system, retry: retryProvider() }));
    expect(again.outcome).toMatchObject({ status: "failed", error: { attempts: 5 } });
  });

  test("T1: the code's configuration beats the recorded one", async () => {
    const world = createWorld();
    const system = virtualSystem();
    await dying(world, system);
    const now = failing({ retry: attempts(2) });
    const { outcome } = await system.runUntil(world.resume(now.actor, {}, { system }));
    expect(outcome).toMatchObject({ status: "failed", error: { attempts: 2 } });
    expect(now.runs).toBe(1);
  });

  test("T1: a provider that throws is a failure of the call, not a run that hangs", async () => {
    const broken = { from: () => { throw new Error("no policy"); }, defaultFor: () => { throw new Error("no default"); } };
    expect(await createReprise({ retry: broken }).execute(failing({}).actor)).toMatchObject({ status: "failed" });
  });

  test("H3: an agent's error with a getter that throws is recorded like any other", async () => {
    const odd = agent({ name: "odd", run: () => { throw Object.defineProperty(new Error("odd"), "cause", { get: () => { throw new Error("getter"); } }); } });
    expect(await createReprise().execute(odd)).toMatchObject({ status: "failed", error: { cause: { message: "odd" } } });
  });

  test("T5: a handler does not start after its attempt has ended, however long its input schema takes", async () => {
    const system = virtualSystem();
    let runs = 0;
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => new Promise<{ value: void }>((resolve) => void system.setTimer(100, () => resolve({ value: value as void }))) } };
    const pay = tool({ name: "pay", repeatable: false, attemptTimeoutMs: 20, input: schema, run: () => (runs += 1) });
    expect(await system.runUntil(createReprise({ system, graceMs: 10 }).execute(pay))).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT" } } });
    await system.advance(1_000);
    expect(runs).toBe(0);
  });

  test("T1: a policy that throws is a typed failure of the call, not a run that hangs", async () => {
    const broken: RetryPolicy = { config: {}, maxAttempts: 3, decide: () => { throw new TypeError("the predicate is broken"); } };
    const subject = failing({ retry: broken });
    const unhandled = await unhandledDuring(async () => {
      const outcome = await Promise.race([createReprise().execute(subject.actor), new Promise<string>((resolve) => setTimeout(() => resolve("hangs"), 4_000))]);
      expect(outcome).toMatchObject({ status: "failed" });
    });
    expect(unhandled).toEqual([]);
    expect(subject.runs).toBe(1);
  });
});

describe("T4: after a restart", () => {
  /** Fails `failures` times; times and numbers of its attempts. */
  function timed(system: System, failures: number, policy: RetryPolicy) {
    const ran: { at: number; attempt: number }[] = [];
    return { ran, actor: tool({ name: "timed", retry: policy, run: (value: number, { attempt }) => { ran.push({ at: system.now(), attempt }); if (ran.length <= failures) throw new Error(`failure ${ran.length}`); return value; } }) };
  }
  const minute = retry({ maxAttempts: 3, initialDelayMs: 60_000, backoff: "constant", jitter: "none" });

  test("T4: a restarted run waits only what is left of a delay, and the attempt has the next number", async () => {
    const world = createWorld();
    const system = virtualSystem({ now: 1_000_000 });
    const subject = timed(system, 1, minute);
    void world.begin({ system }).reprise.execute(subject.actor, 5, { stateId });
    await system.advance(45_000);
    world.disk.crash();
    const { outcome } = await system.runUntil(world.resume(subject.actor, {}, { system }));
    expect(outcome).toMatchObject({ status: "completed", value: 5 });
    expect(subject.ran).toEqual([{ at: 1_000_000, attempt: 1 }, { at: 1_060_000, attempt: 2 }]);
  });

  test("T4: a delay that passed while the process was down is not waited again", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const subject = timed(system, 1, minute);
    void world.begin({ system }).reprise.execute(subject.actor, 5, { stateId });
    await system.advance(10);
    world.disk.crash();
    const later = virtualSystem({ now: 500_000 });
    const resumed = timed(later, 0, minute);
    await later.runUntil(world.resume(resumed.actor, {}, { system: later }));
    expect(resumed.ran).toEqual([{ at: 500_000, attempt: 2 }]);
  });

  test("T4: a clock that went back cannot make a delay longer than it was", async () => {
    const world = createWorld();
    const system = virtualSystem({ now: 10_000_000 });
    const subject = timed(system, 1, minute);
    void world.begin({ system }).reprise.execute(subject.actor, 5, { stateId });
    await system.advance(10);
    world.disk.crash();
    const earlier = virtualSystem({ now: 1_000 });
    const resumed = timed(earlier, 0, minute);
    await earlier.runUntil(world.resume(resumed.actor, {}, { system: earlier }));
    expect(resumed.ran).toEqual([{ at: 61_000, attempt: 2 }]);
  });

  test("T4: a restarted run spends only what is left of the budget", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const subject = timed(system, 10, minute);
    void world.begin({ system }).reprise.execute(subject.actor, 5, { stateId });
    await system.advance(70_000);
    world.disk.crash();
    expect(subject.ran).toHaveLength(2);
    const { outcome } = await system.runUntil(world.resume(subject.actor, {}, { system }));
    expect(outcome).toMatchObject({ status: "failed", error: { attempts: 3, cause: { message: "failure 3" } } });
    expect(subject.ran.map(({ at }) => at)).toEqual([0, 60_000, 120_000]);
  });

  test("T4: the due time and the error of every attempt are in the record", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const subject = timed(system, 2, minute);
    await system.runUntil(world.begin({ system }).reprise.execute(subject.actor, 5, { stateId }));
    const events = (await system.runUntil(world.begin({ system }).reprise.load(stateId))).history.events();
    expect(events.filter((event) => event.status === "failed").map(({ at, attempt, error }) => `${at} ${attempt} ${error?.message}`)).toEqual(["0 1 failure 1", "60000 2 failure 2"]);
    expect(events.filter((event) => event.status === "retrying").map(({ dueAt, delayMs }) => `${dueAt} ${delayMs}`)).toEqual(["60000 60000", "120000 60000"]);
  });

  test("T4: an agent's backoff goes on like a leaf's", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const ran: number[] = [];
    const work = agent({ name: "work", retry: minute, run: (_: void, context) => { ran.push(system.now()); if (context.attempt < 3) throw new Error("no"); return context.attempt; } });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.advance(30_000);
    world.disk.crash();
    expect((await system.runUntil(world.resume(work, {}, { system }))).outcome).toMatchObject({ status: "completed", value: 3 });
    expect(ran).toEqual([0, 60_000, 120_000]);
  });
});

describe("T5: timeouts", () => {
  /** Takes `ms`; says when it began and whether it was told to end. */
  function taking(system: System, ms: number, settings: { readonly ignoreAbort?: boolean; readonly attemptTimeoutMs?: number; readonly timeoutMs?: number; readonly retry?: RetrySetting } = {}) {
    const { ignoreAbort = false, ...rest } = settings;
    const began: number[] = [];
    const reasons: unknown[] = [];
    return {
      began,
      reasons,
      actor: tool({
        ...rest,
        name: "taking",
        run: (value: number, { signal }) =>
          new Promise<number>((resolve, reject) => {
            began.push(system.now());
            const stop = system.setTimer(ms, () => resolve(value));
            signal.addEventListener("abort", () => {
              reasons.push(signal.reason);
              if (ignoreAbort) return;
              stop();
              reject(signal.reason as Error);
            });
          }),
      }),
    };
  }

  test("T5: attemptTimeoutMs ends an attempt as a failure with code TIMEOUT, which is retried", async () => {
    const system = virtualSystem();
    const subject = taking(system, 5_000, { attemptTimeoutMs: 1_000, retry: attempts(3, 100) });
    const outcome = await system.runUntil(createReprise({ system }).execute(subject.actor, 1));
    expect(outcome).toMatchObject({ status: "failed", error: { attempts: 3, cause: { code: "TIMEOUT" } } });
    expect(subject.began).toEqual([0, 1_100, 2_200]);
    expect(subject.reasons).toHaveLength(3);
    expect(subject.reasons[0]).toMatchObject({ code: "TIMEOUT", path: "attemptTimeoutMs" });
  });

  test("T5: timeoutMs limits attempts and backoff together: no attempt starts after it, and no delay goes beyond it", async () => {
    const system = virtualSystem();
    const subject = failing({ retry: attempts(10, 400) });
    const state = await system.runUntil(createReprise({ system }).create());
    expect(await system.runUntil(rejectionOf(state.run(subject.actor, undefined, { timeoutMs: 1_000 })))).toMatchObject({ code: "ACTOR_FAILED", attempts: 3 });
    expect(system.now()).toBeLessThanOrEqual(1_000);
    expect(subject.runs).toBe(3);
    const slow = taking(system, 700, { timeoutMs: 1_000, attemptTimeoutMs: 600, retry: attempts(10, 0) });
    const start = system.now();
    expect(await system.runUntil(rejectionOf(state.run(slow.actor, 1)))).toMatchObject({ code: "ACTOR_FAILED", cause: { code: "TIMEOUT", message: expect.stringContaining(" timeoutMs of 1000 ms") } });
    expect(slow.began).toEqual([start, start + 600]);
    expect(system.now()).toBe(start + 1_000);
    await system.runUntil(state.close());
  });

  test.each(["leaf", "agent"] as const)("T5: no attempt of a %s follows once timeoutMs has passed, though the timer was a little early, as timers may be", async (kind) => {
    const system = virtualSystem();
    const early: System = { ...system, now: () => system.now(), setTimer: (delayMs, callback, options) => system.setTimer(Math.max(0, delayMs - 1), callback, options) };
    const subject = taking(system, 5_000, kind === "leaf" ? { timeoutMs: 1_000, retry: attempts(5) } : {});
    const work = agent({ name: "work", timeoutMs: 1_000, retry: attempts(5), run: (_: void, context) => context.run(subject.actor, 1) });
    const state = await system.runUntil(createReprise({ system: early }).create());
    expect(await system.runUntil(rejectionOf(kind === "leaf" ? state.run(subject.actor, 1) : state.run(work, undefined)))).toMatchObject({ cause: { code: "TIMEOUT" } });
    expect(subject.began).toEqual([0]);
    await system.runUntil(state.close());
  });

  test("T5: the call's limits beat the actor's, and a call within its limits is not touched", async () => {
    const system = virtualSystem();
    const subject = taking(system, 900, { attemptTimeoutMs: 100, timeoutMs: 100 });
    const state = await system.runUntil(createReprise({ system }).create());
    expect(await system.runUntil(state.run(subject.actor, 1, { attemptTimeoutMs: 1_000, timeoutMs: 1_000 }))).toBe(1);
    expect(subject.reasons).toEqual([]);
    await system.runUntil(state.close());
  });

  test("T5: a handler that ignores the abort is awaited for the grace and no longer; its late result is dropped", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const subject = taking(system, 60_000, { ignoreAbort: true, attemptTimeoutMs: 1_000 });
    const life = world.begin({ system, graceMs: 300 });
    const state = await system.runUntil(life.reprise.create({ stateId }));
    expect(await system.runUntil(rejectionOf(state.run(subject.actor, 1)))).toMatchObject({ cause: { code: "TIMEOUT" } });
    expect(system.now()).toBe(1_300);
    const recorded = state.history.lastSeq;
    await system.run();
    expect(system.now()).toBe(60_000);
    expect(state.history.lastSeq).toBe(recorded);
    expect(life.heard.of("log").map((notice) => notice.code)).toContain("LATE_RESULT_DROPPED");
    await system.runUntil(state.close());
  });

  test("T5: an agent's timeout aborts its calls, and its code cannot go on", async () => {
    const system = virtualSystem();
    const subject = taking(system, 60_000);
    const later = counter<number>({ name: "later" });
    const work = agent({ name: "work", attemptTimeoutMs: 1_000, run: async (_: void, context) => { await context.run(subject.actor, 1).catch(() => undefined); return context.run(later.actor, 1); } });
    const outcome = await system.runUntil(createReprise({ system }).execute(work));
    expect(outcome).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT", message: expect.stringContaining("work::agent_call") } } });
    expect(system.now()).toBe(1_000);
    expect(later.runs).toBe(0);
  });

  test("T5: timeoutMs goes on over a restart: a leaf has what is left of it, from its first start", async () => {
    const world = createWorld();
    const system = virtualSystem({ now: 5_000 });
    const subject = taking(system, 60_000, { timeoutMs: 10_000 });
    void world.begin({ system }).reprise.execute(subject.actor, 1, { stateId });
    await system.advance(4_000);
    world.disk.crash();
    const { outcome } = await system.runUntil(world.resume(subject.actor, {}, { system }));
    expect(outcome).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT" } } });
    expect(subject.began).toEqual([5_000, 9_000]);
    expect(system.now()).toBe(15_000);
  });

  test("T5: no attempt of a leaf starts once timeoutMs has passed while the process was down", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const subject = taking(system, 60_000, { timeoutMs: 10_000 });
    void world.begin({ system }).reprise.execute(subject.actor, 1, { stateId });
    await system.advance(4_000);
    world.disk.crash();
    const later = virtualSystem({ now: 20_000 });
    const again = taking(later, 1, { timeoutMs: 10_000 });
    expect((await later.runUntil(world.resume(again.actor, {}, { system: later }))).outcome).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT" } } });
    expect(again.began).toEqual([]);
  });

  test("T5: no attempt of an agent starts once its timeoutMs has passed while the process was down", async () => {
    const world = createWorld();
    const system = virtualSystem();
    let runs = 0;
    const work = agent({ name: "work", timeoutMs: 10_000, retry: attempts(3, 5_000), run: (): number => { runs += 1; throw new Error("no"); } });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.advance(100);
    world.disk.crash();
    expect(runs).toBe(1);
    const later = virtualSystem({ now: 60_000 });
    expect((await later.runUntil(world.resume(work, {}, { system: later }))).outcome).toMatchObject({ status: "failed", error: { cause: { code: "TIMEOUT" } } });
    expect(runs).toBe(1);
  });

  test("T5: after a terminal failure the time starts anew with the budget", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const subject = taking(system, 20_000, { timeoutMs: 10_000 });
    expect(await system.runUntil(world.begin({ system }).reprise.execute(subject.actor, 1, { stateId }))).toMatchObject({ status: "failed" });
    const later = virtualSystem({ now: 1_000_000 });
    const quick = taking(later, 9_000, { timeoutMs: 10_000 });
    expect((await later.runUntil(world.resume(quick.actor, {}, { system: later }))).outcome).toMatchObject({ status: "completed", value: 1 });
  });

  test("T5: a synchronous or already finished handler is not failed by a timeout that comes later", async () => {
    const system = virtualSystem();
    const leaf = tool({ name: "leaf", attemptTimeoutMs: 10, timeoutMs: 20, run: (value: number) => value });
    expect(await system.runUntil(createReprise({ system }).execute(leaf, 3))).toMatchObject({ status: "completed", value: 3 });
    expect(system.pending.timers).toBe(0);
  });
});

describe("T6: backoff", () => {
  test("T6: a backoff ends at once when it is aborted, and leaves no timer", async () => {
    const system = virtualSystem();
    const heard = createWorld();
    const life = heard.begin({ system });
    const subject = failing({ retry: attempts(3, 3_600_000) });
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(subject.actor); await new Promise<void>((resolve) => void system.setTimer(50, resolve)); return "done"; } });
    expect(await system.runUntil(life.reprise.execute(work, undefined, { stateId }))).toMatchObject({ status: "completed", value: "done" });
    expect(system.now()).toBe(50);
    expect(subject.runs).toBe(1);
    expect(system.pending).toEqual({ turns: 0, timers: 0 });
    expect(life.heard.of("event").filter((event) => event.name === "failing").map((event) => event.status)).toEqual(["started", "failed", "retrying", "cancelled"]);
  });

  test("T6: a backoff may be longer than a timer can count", async () => {
    const system = virtualSystem();
    const month = 31 * 24 * 3_600_000;
    const policy = retry({ maxAttempts: 2, initialDelayMs: month, maxDelayMs: month, jitter: "none" });
    expect(month).toBeGreaterThan(2 ** 31 - 1);
    expect(await system.runUntil(createReprise({ system }).execute(flaky(1, { retry: policy }), "x"))).toMatchObject({ status: "completed" });
    expect(system.now()).toBe(month);
  });

  test("T6: a backoff keeps the process alive", async () => {
    const system = virtualSystem();
    const timers: (boolean | undefined)[] = [];
    const watched: System = { ...system, now: system.now, setTimer: (delayMs, callback, options) => { timers.push(options?.background); return system.setTimer(delayMs, callback, options); } };
    await system.runUntil(createReprise({ system: watched }).execute(flaky(1, { retry: attempts(2, 500) }), "x"));
    expect(timers.filter((background) => background === true)).toEqual([]);
    expect(timers.length).toBeGreaterThan(0);
  });

  test("T6: nothing is left behind after the end of a run, however it ends", async () => {
    for (const ending of ["completed", "failed", "closed", "refused"] as const) {
      const system = virtualSystem();
      const world = createWorld();
      const backingOff = failing({ retry: attempts(3, 10_000) });
      const hangs = tool({ name: "hangs", attemptTimeoutMs: 50_000, timeoutMs: 60_000, run: (_: void, { signal }) => new Promise<void>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });
      const unknown = tool({ name: "unknown", retry: { maxAttempts: 2 }, run: () => 1 });
      const state = await system.runUntil(world.begin({ system }).reprise.create({ stateId }));
      const open = [state.run(backingOff.actor), state.run(hangs)].map((call) => call.catch((error: { code: string }) => error.code));
      await system.advance(5);
      expect(system.pending.timers).toBe(2);
      if (ending === "refused") expect(await system.runUntil(rejectionOf(state.run(unknown)))).toMatchObject({ code: "RETRY_PROVIDER_MISSING" });
      const work = agent({ name: "work", run: async (_: void, context) => { void context.run(backingOff.actor); void context.run(hangs); await context.run(counter<number>().actor, 1); if (ending === "failed") throw new Error("no"); } });
      if (ending === "completed" || ending === "failed") await system.runUntil(state.run(work).catch(() => undefined));
      await system.runUntil(state.close());
      await system.advance(1);
      expect([ending, system.pending]).toEqual([ending, { turns: 0, timers: 0 }]);
      expect(await Promise.all(open)).toEqual(ending === "refused" ? ["RETRY_PROVIDER_MISSING", "RETRY_PROVIDER_MISSING"] : ["CLOSED", "CLOSED"]);
    }
  });
});

describe("T7: a retried agent and its children", () => {
  function family(fails: (attempt: number) => void) {
    const leaf = counter<number>({ name: "leaf" });
    const bad = tool({ name: "bad", run: (attempt: number) => { fails(attempt); return attempt; } });
    return { leaf, bad };
  }
  const once = (attempt: number): void => { if (attempt === 1) throw new Error("once"); };

  test("T7: completed children are reused if the failure came from a child", async () => {
    const { leaf, bad } = family(once);
    const work = agent({ name: "work", retry: attempts(2), run: async (_: void, context) => { const value = await context.run(leaf.actor, 1); await context.run(bad, context.attempt); return value; } });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: 1 });
    expect(leaf.runs).toBe(1);
  });

  test("T7: also where the agent threw an error of its own right after the child's failure", async () => {
    const { leaf, bad } = family(once);
    const work = agent({ name: "work", retry: attempts(2), run: async (_: void, context) => { const value = await context.run(leaf.actor, 1); const tried = await context.try(bad, context.attempt); if (!tried.ok) throw new Error("of its own"); return value; } });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: 1 });
    expect(leaf.runs).toBe(1);
  });

  test("T7: they run afresh if the agent failed by itself, also after a failure it had passed over", async () => {
    const { leaf, bad } = family(() => { throw new Error("always"); });
    const work = agent({ name: "work", retry: attempts(3), run: async (_: void, context) => { await context.try(bad, 0); const value = await context.run(leaf.actor, 1); if (context.attempt < 3) throw new Error("by itself"); return value; } });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: 1 });
    expect(leaf.runs).toBe(3);
  });

  test.each([
    ["reuse", "by itself", 1],
    ["afresh", "by itself", 2],
    ["reuse", "through a child", 1],
    ["afresh", "through a child", 2],
    ["auto", "by itself", 2],
    ["auto", "through a child", 1],
  ] as const)('T7: retryChildren "%s" where the agent fails %s', async (retryChildren, how, runs) => {
    const { leaf, bad } = family(once);
    const work = agent({ name: "work", retry: attempts(2), retryChildren, run: async (_: void, context) => { await context.run(leaf.actor, 1); if (how === "through a child") await context.run(bad, context.attempt); else if (context.attempt === 1) throw new Error("by itself"); } });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed" });
    expect(leaf.runs).toBe(runs);
  });

  test.each(["by itself", "through a child"] as const)("T7: what an attempt sees is the same after a crash in the middle of it (failed %s)", async (how) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const { leaf, bad } = family(once);
    const work = agent({
      name: "work",
      retry: attempts(2),
      run: async (_: void, context) => {
        const values = [await context.run(leaf.actor, 1)];
        if (context.attempt === 2) await context.run(point.actor, 0);
        if (how === "through a child") await context.run(bad, context.attempt);
        else if (context.attempt === 1) throw new Error("by itself");
        values.push(await context.run(leaf.actor, 2));
        return values;
      },
    });
    await world.runUntilCrash(work, undefined, point);
    const before = leaf.runs;
    expect(before).toBe(how === "by itself" ? 2 : 1);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: [1, 2] });
    expect(leaf.runs).toBe(before + 1);
  });

  test("T7: grandchildren of a child that is opened again are reused, too", async () => {
    const { leaf } = family(once);
    let attempt = 0;
    const changing = tool({ name: "bad", run: () => { if (attempt === 1) throw new Error("once"); return attempt; } });
    const deep = agent({ name: "deep", run: async (_: void, context) => { await context.run(leaf.actor, 7); return context.run(changing); } });
    const top = agent({ name: "top", retry: attempts(2), run: (_: void, context) => { attempt += 1; return context.run(deep); } });
    expect(await createReprise().execute(top)).toMatchObject({ status: "completed", value: 2 });
    expect(leaf.runs).toBe(1);
  });
});

test.each<[string, unknown]>([
  ["a function", () => 1],
  ["a symbol", Symbol("policy")],
  ["a BigInt", 10n],
  ["what makes nothing of itself", { toJSON: () => undefined }],
])("T1: a policy whose configuration cannot be recorded is refused before anything runs: %s", async (_, config) => {
  const reprise = createReprise({ backend: memoryBackend() });
  const subject = failing({ retry: { ...attempts(3), config: config as never } });
  const work = agent({ name: "work", run: (_input: void, context) => context.run(subject.actor) });
  expect(await reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed", error: { code: "INVALID_OPTION", path: expect.stringContaining("retry.config") } });
  expect(subject.runs).toBe(0);
  const mended = failing({ retry: attempts(3) });
  expect(await reprise.resume(agent({ name: "work", run: (_input: void, context) => context.run(mended.actor) }), stateId)).toMatchObject({ status: "failed" });
  expect(await reprise.verify(stateId)).toMatchObject({ intact: true });
});

test("T1, H1: what is recorded of a configuration is what JSON keeps of it, live and restored", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const config = { limit: Number.NaN, since: new Date(0) };
  const { actor } = failing({ retry: { ...attempts(2), config: config as never } });
  const state = await reprise.create({ stateId });
  await rejectionOf(state.run(actor));
  const live = state.history.events().find(({ status }) => status === "retrying");
  expect(live?.retryConfig).toEqual({ limit: null, since: "1970-01-01T00:00:00.000Z" });
  await state.close();
  expect((await reprise.history(stateId)).events().find(({ status }) => status === "retrying")).toEqual(live);
  expect(Object.isFrozen(config)).toBe(false);
});
