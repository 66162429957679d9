import { agent, isRepriseError, RepriseError, tool, type Actor, type ExecutionEvent } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { retry } from "@reprise/retry";
import type { RunFeed, Subscriber } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { addOne, counter, faultyBackend, flaky, recordingSubscriber, virtualSystem } from "../../src/index.ts";
import { createReprise } from "@reprise/core";
import { appendOf, recordingBackend } from "./support/recording-backend.ts";
import { crashPoint, createWorld, latch, rejectionOf, stateId, turns, unhandledDuring } from "./support/world.ts";

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });

/** An event as data: getters read, so that two can be compared. */
function plain(event: ExecutionEvent): unknown {
  return { ...event };
}

describe("H1: events", () => {
  test("H1: a call with one failure leaves started, failed, retrying, started, completed, each with its own attempt, time and error", async () => {
    const system = virtualSystem({ now: 1_000 });
    const heard = recordingSubscriber();
    const reprise = createReprise({ system, subscribers: [heard] });
    const work = tool({
      name: "work",
      retry: retry({ maxAttempts: 3, initialDelayMs: 500, jitter: "none" }),
      run: async (value: number, { attempt }) => {
        await new Promise<void>((resolve) => void system.setTimer(attempt * 10, resolve));
        if (attempt === 1) throw Object.assign(new Error("busy"), { status: 503 });
        return value + 1;
      },
    });
    await system.runUntil(reprise.execute(work, 1, { stateId }));
    expect(heard.of("event").map(plain)).toEqual([
      { seq: 2, stateId, status: "started", address: "work::tool_call", type: "tool_call", name: "work", call: 2, parent: undefined, attempt: 1, at: 1_000, input: 1 },
      { seq: 3, stateId, status: "failed", address: "work::tool_call", type: "tool_call", name: "work", call: 2, parent: undefined, attempt: 1, at: 1_010, executionTimeMs: 10, final: false, error: expect.objectContaining({ message: "busy", status: 503 }) },
      { seq: 4, stateId, status: "retrying", address: "work::tool_call", type: "tool_call", name: "work", call: 2, parent: undefined, attempt: 1, at: 1_010, delayMs: 500, dueAt: 1_510, maxAttempts: 3, error: expect.objectContaining({ message: "busy", status: 503 }), retryConfig: expect.objectContaining({ maxAttempts: 3, initialDelayMs: 500 }) },
      { seq: 5, stateId, status: "started", address: "work::tool_call", type: "tool_call", name: "work", call: 2, parent: undefined, attempt: 2, at: 1_510, maxAttempts: 3 },
      { seq: 6, stateId, status: "completed", address: "work::tool_call", type: "tool_call", name: "work", call: 2, parent: undefined, attempt: 2, at: 1_530, executionTimeMs: 20, value: 2 },
    ]);
  });

  /** Groups, agents, failures, retries, cancellations. */
  function variety(): Actor<void, unknown> {
    const leaf = tool({ name: "leaf", run: (value: number) => ({ value, at: new Date(value) }) });
    const bad = tool({ name: "bad", run: (): number => { throw new Error("no", { cause: new TypeError("inner") }); } });
    const hangs = tool({ name: "hangs", run: (_: void, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });
    const inner = agent({ name: "inner", retry: quick, run: async (value: number, context) => { await context.run(leaf, value); await context.try(bad); if (context.attempt === 1) throw new Error("by itself"); return context.run(leaf, value + 1); } });
    return agent({
      name: "variety",
      run: async (_: void, context) => {
        void context.run(hangs);
        await context.map("some", [1, 2, 3], async (item: number, branch) => (item === 2 ? branch.run(bad) : branch.run(leaf, item)), { maxWorkers: 2 }).catch(() => undefined);
        context.storage.set("seen", new Map([[1, 2]]));
        return context.run(inner, 5);
      },
    });
  }

  test("H1: events are the same whether seen live, in the history of the run, or restored", async () => {
    const world = createWorld();
    const life = world.begin({ graceMs: 5 });
    expect(await life.reprise.execute(variety(), undefined, { stateId })).toMatchObject({ status: "completed" });
    const live = life.heard.of("event");
    const loaded = await world.begin().reprise.load(stateId);
    expect(live.length).toBeGreaterThan(25);
    expect(loaded.history.events().map(plain)).toEqual(live.map(plain));
    expect(loaded.history.events(7).map(plain)).toEqual(live.filter((event) => event.seq >= 7).map(plain));
    await loaded.close();
  });

  test("H1: events cannot be changed, nor does what they hold lead back into the history", async () => {
    const world = createWorld();
    const life = world.begin({ graceMs: 5 });
    await life.reprise.execute(variety(), undefined, { stateId });
    const loaded = await world.begin().reprise.load(stateId);
    const before = structuredClone(loaded.history.events().map(plain));
    for (const events of [life.heard.of("event"), loaded.history.events()]) {
      for (const event of events) {
        expect(Object.isFrozen(event)).toBe(true);
        const { value, error, group } = event;
        if (typeof value === "object" && value !== null) Object.assign(value, { changed: true });
        for (const part of [error, group]) {
          if (part !== undefined) try { Object.assign(part, { message: "changed", size: -1 }); } catch (refused) { expect(refused).toBeInstanceOf(TypeError); }
        }
      }
    }
    expect(loaded.history.events().map(plain)).toEqual(before);
    for (const call of loaded.history.calls()) if (call.error !== undefined) expect(call.error.message).not.toBe("changed");
    await loaded.close();
  });

  test("H1: an event says what was so at its time, also of a group that ended again with other items", async () => {
    const world = createWorld();
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    const point = crashPoint(world.disk);
    let items = [1, 2];
    const work = agent({ name: "work", run: async (_: void, context) => { const values = await context.map("group", items, leaf); await context.run(point.actor, 0); return values; } });
    await world.runUntilCrash(work, undefined, point);
    items = [1, 2, 3];
    await world.resume(work);
    const loaded = await world.begin().reprise.load(stateId);
    const values = loaded.history.events().filter((event) => event.type === "group" && event.status === "completed").map((event) => event.value);
    expect(values).toEqual([[1, 2], [1, 2, 3]]);
    await loaded.close();
  });
});

describe("H3: failures", () => {
  class UpstreamError extends Error {
    override readonly name = "UpstreamError";
    readonly socket = { secret: "s" };
    readonly code: string;
    readonly status: number;
    constructor(message: string, code: string, status: number) {
      super(message);
      this.code = code;
      this.status = status;
    }
  }

  function facts(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const { name, message, code, status, attempts, address, cause, errors, data, stack } = error as Error & { [field: string]: unknown };
    return { name, message, code, status, attempts, address, data, stack, cause: facts(cause), errors: Array.isArray(errors) ? errors.map(facts) : errors, isReprise: isRepriseError(error), failed: error.constructor.name };
  }

  test("H3: run throws ActorFailedError with address, attempts and the decoded cause, the same live and on replay", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const bad = tool({
      name: "bad",
      retry: retry({ maxAttempts: 2, initialDelayMs: 0 }),
      run: (): number => { throw Object.assign(new UpstreamError("upstream", "E_UP", 502), { data: { when: new Date(5), big: 5n }, cause: new AggregateError([new RangeError("one"), "two"], "several") }); },
    });
    const inner = agent({ name: "inner", run: (_: void, context) => context.run(bad) });
    const seen: unknown[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const error = await context.run(inner).catch((caught: unknown) => caught);
        seen.push(facts(error));
        const tried = await context.try(bad);
        seen.push(tried.ok ? "ok" : facts(tried.error));
        await context.run(point.actor, 0);
        return error instanceof Error && isRepriseError(error, "ACTOR_FAILED");
      },
    });
    await world.runUntilCrash(work, undefined, point);
    const { outcome } = await world.resume(work);
    expect(outcome).toMatchObject({ status: "completed", value: true });
    expect(seen).toHaveLength(4);
    expect(seen.slice(2)).toEqual(seen.slice(0, 2));
    expect(seen[0]).toMatchObject({
      name: "ActorFailedError",
      code: "ACTOR_FAILED",
      address: "work::inner::agent_call",
      attempts: 1,
      cause: { name: "ActorFailedError", cause: { name: "UpstreamError", message: "upstream", code: "E_UP", status: 502, data: { when: new Date(5), big: 5n }, cause: { message: "several", errors: [{ name: "RangeError" }, "two"] } } },
    });
    expect(seen[1]).toMatchObject({ name: "ActorFailedError", address: "work::bad::tool_call", attempts: 2 });
    expect(JSON.stringify(await world.journal())).not.toContain("secret");
  });

  test("H3: an actor that throws Reprise's own error, or no error at all, fails the same live and on replay", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const throwing = (thrown: () => unknown, name: string): Actor<void, never> => tool<void, never>({ name, run: (): never => { throw thrown(); } });
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const actors = [
      throwing(() => new RepriseError("LIMIT", "too much", { path: "x" }), "own"),
      throwing(() => "text", "text"),
      throwing(() => undefined, "nothing"),
      throwing(() => null, "null"),
      throwing(() => circular, "circular"),
      throwing(() => new Proxy({}, { get: () => { throw new Error("trap"); } }), "proxy"),
    ];
    const seen: unknown[] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        for (const actor of actors) seen.push(await context.run(actor).catch(facts));
        await context.run(point.actor, 0);
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect((await world.resume(work)).outcome.status).toBe("completed");
    expect(seen).toHaveLength(12);
    expect(seen.slice(6)).toEqual(seen.slice(0, 6));
    expect(seen[0]).toMatchObject({ cause: { code: "LIMIT", isReprise: true } });
  });
});

describe("H4: durability", () => {
  test("H4: a leaf's started record is handed over before its handler runs, without the fence check, and its outcome is durable before the caller has it", async () => {
    const backend = recordingBackend("power");
    const reprise = createReprise({ backend });
    const seen: string[] = [];
    const leaf = tool({ name: "leaf", run: () => { seen.push(`handler: started acknowledged ${appendOf(backend, "started", "work::leaf::tool_call")?.acknowledged}`); return 1; } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(leaf); seen.push(`caller: completed acknowledged ${appendOf(backend, "completed", "work::leaf::tool_call")?.acknowledged}`); } });
    await reprise.execute(work, undefined, { stateId });
    expect(seen).toEqual(["handler: started acknowledged true", "caller: completed acknowledged true"]);
    const start = appendOf(backend, "started", "work::leaf::tool_call");
    expect(start?.options).toMatchObject({ durability: "process", fence: false });
    const outcome = appendOf(backend, "completed", "work::leaf::tool_call");
    expect(outcome?.options.fence).not.toBe(false);
    expect([undefined, "power"]).toContain(outcome?.options.durability);
  });

  test("H4: while the backend has not taken the started record, the handler does not run; while the outcome is not durable, the caller waits", async () => {
    const backend = recordingBackend("power");
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    const leaf = counter<number>({ name: "leaf" });
    let settled = false;
    backend.hold((append) => append.records.some((record) => record.k === "started"));
    const first = state.run(leaf.actor, 1).finally(() => (settled = true));
    await turns();
    expect(leaf.runs).toBe(0);
    backend.letGo();
    await first;
    settled = false;
    backend.hold((append) => append.records.some((record) => record.k === "completed"));
    const second = state.run(leaf.actor, 2).finally(() => (settled = true));
    await turns();
    expect([leaf.runs, settled]).toEqual([2, false]);
    backend.letGo();
    expect(await second).toBe(2);
    await state.close();
  });

  test('H4: with "process" outcomes are handed to the operating system; what must not happen twice is firm all the same', async () => {
    const backend = recordingBackend("power");
    const pay = counter<number>({ name: "pay", repeatable: false });
    const leaf = counter<number>({ name: "leaf" });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(leaf.actor, 1); await context.run(pay.actor, 1); } });
    await createReprise({ backend, durability: "process" }).execute(work, undefined, { stateId });
    expect(appendOf(backend, "completed", "work::leaf::tool_call")?.options.durability).toBe("process");
    const started = appendOf(backend, "started", "work::pay::tool_call");
    expect([undefined, "power"]).toContain(started?.options.durability);
    expect(started?.options.fence).not.toBe(false);
  });

  test("H4: the failed and the retrying record of an attempt are one durable append, made before the wait", async () => {
    const system = virtualSystem();
    const backend = recordingBackend("power");
    const reprise = createReprise({ backend, system });
    const state = await system.runUntil(reprise.create({ stateId }));
    const call = state.run(flaky(1, { retry: retry({ maxAttempts: 2, initialDelayMs: 1_000, jitter: "none" }) }), "x");
    await system.advance(10);
    const append = appendOf(backend, "failed", "flaky::tool_call");
    expect(append?.records.map((record) => record.k)).toEqual(["failed", "retrying"]);
    expect(append?.acknowledged).toBe(true);
    expect([undefined, "power"]).toContain(append?.options.durability);
    expect(append?.options.fence).not.toBe(false);
    await system.runUntil(call);
    await system.runUntil(state.close());
  });

  test('H4: with "checkpoint" nothing is written until a checkpoint, and then everything is, in one append', async () => {
    const backend = recordingBackend("power");
    const state = await createReprise({ backend, durability: "checkpoint" }).create({ stateId });
    const leaf = counter<number>({ name: "leaf" });
    for (const value of [1, 2, 3]) expect(await state.run(leaf.actor, value)).toBe(value);
    expect(backend.appends.flatMap((append) => append.records).filter((record) => record.k !== "run")).toEqual([]);
    await state.saveCheckpoint();
    const kinds = backend.appends.flatMap((append) => append.records.map((record) => record.k));
    expect(kinds).toEqual(["run", "started", "completed", "started", "completed", "started", "completed", "checkpoint"]);
    expect([undefined, "power"]).toContain(backend.appends.at(-1)?.options.durability);
    await state.run(leaf.actor, 4);
    expect(backend.appends.flatMap((append) => append.records)).toHaveLength(8);
    await state.close();
    expect(backend.appends.flatMap((append) => append.records)).toHaveLength(10);
  });

  test('H4: with "checkpoint" events are published as the calls go, and the end of the run writes everything', async () => {
    const backend = recordingBackend("power");
    const heard = recordingSubscriber();
    const leaf = counter<number>({ name: "leaf" });
    const during: number[] = [];
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(leaf.actor, 1); during.push(heard.of("event").length); } });
    await createReprise({ backend, durability: "checkpoint", subscribers: [heard] }).execute(work, undefined, { stateId });
    expect(during[0]).toBeGreaterThanOrEqual(3);
    expect(backend.appends.flatMap((append) => append.records.map((record) => record.k))).toEqual(["run", "started", "started", "completed", "completed", "checkpoint"]);
  });

  test('H4: with "checkpoint" a call that is not repeatable is on disk before its handler runs', async () => {
    const backend = recordingBackend("power");
    let onDisk = false;
    const pay = tool({ name: "pay", repeatable: false, run: () => { onDisk = appendOf(backend, "started", "pay::tool_call")?.acknowledged === true; } });
    await createReprise({ backend, durability: "checkpoint" }).execute(pay, undefined, { stateId });
    expect(onDisk).toBe(true);
  });

  test("H4: acknowledgements that come late reach nobody out of order", async () => {
    const backend = recordingBackend("power");
    const heard = recordingSubscriber();
    const leaf = counter<number>({ name: "leaf" });
    const state = await createReprise({ backend, subscribers: [heard] }).create({ stateId });
    const order: number[] = [];
    await Promise.all([3, 1, 2].map((value) => state.run(leaf.actor, value).then((result) => order.push(result))));
    const completed = heard.of("event").filter((event) => event.status === "completed").map((event) => event.value);
    expect(order).toEqual(completed);
    await state.close();
  });
});

describe("H5: subscribers", () => {
  const leaf = tool({ name: "leaf", run: (value: number) => value });
  const chain = (count: number): Actor<void, number> =>
    agent({ name: "chain", run: async (_: void, context) => { let sum = 0; for (let index = 0; index < count; index += 1) sum += await context.run(leaf, index); return sum; } });

  test("H5: events come after their append has succeeded, in order, with their seq", async () => {
    const backend = recordingBackend("power");
    const seen: { seq: number; acknowledged: boolean }[] = [];
    await createReprise({
      backend,
      subscribers: [{ attach: (run) => run.on("event", (event) => void seen.push({ seq: event.seq, acknowledged: backend.appends.filter((append) => append.acknowledged).flatMap((append) => append.records).length >= event.seq })) }],
    }).execute(chain(5), undefined, { stateId });
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, index) => index + 2));
    expect(seen.every(({ acknowledged }) => acknowledged)).toBe(true);
  });

  test("H5: a subscriber that throws or rejects changes nothing, misses nothing, and is reported once on log", async () => {
    const world = createWorld();
    let throwing = 0;
    let rejecting = 0;
    const life = world.begin({
      subscribers: [
        { attach: (run) => run.on("event", () => { throwing += 1; throw new Error("thrown"); }) },
        { attach: (run) => run.on("event", async () => { rejecting += 1; throw new Error("rejected"); }) },
        { attach: (run) => run.on("log", () => { throw new Error("log"); }) },
      ],
    });
    const unhandled = await unhandledDuring(async () => {
      expect(await life.reprise.execute(chain(5), undefined, { stateId })).toMatchObject({ status: "completed", value: 10 });
    });
    expect(unhandled).toEqual([]);
    expect([throwing, rejecting]).toEqual([12, 12]);
    const faults = life.heard.of("log").filter((notice) => notice.code === "SUBSCRIBER_FAILED");
    expect(faults.map((notice) => notice.error?.message).toSorted()).toEqual(["log", "rejected", "thrown"]);
  });

  test("H5: a subscriber whose attach or detach throws changes nothing", async () => {
    const world = createWorld();
    const life = world.begin({
      subscribers: [
        { attach: () => { throw new Error("attach"); } },
        { attach: () => () => { throw new Error("detach"); } },
      ],
    });
    expect(await life.reprise.execute(chain(1), undefined, { stateId })).toMatchObject({ status: "completed" });
    expect(life.heard.of("log").filter((notice) => notice.code === "SUBSCRIBER_FAILED")).toHaveLength(2);
  });

  test("H5: a subscriber whose attach takes time changes nothing, rejecting or not; one that gives anything but what ends it is told so", async () => {
    const world = createWorld();
    const seen: number[] = [];
    const attaching: ((run: RunFeed) => unknown)[] = [
      async () => { throw new Error("attach"); },
      async (run) => void run.on("event", (event) => void seen.push(event.seq)),
      async () => () => { throw new Error("called"); },
      () => 5,
      () => ({ get then() { throw new Error("then"); } }),
      () => null,
    ];
    const life = world.begin({ subscribers: attaching.map((attach) => ({ attach }) as Subscriber) });
    const unhandled = await unhandledDuring(async () => {
      expect(await life.reprise.execute(chain(1), undefined, { stateId })).toMatchObject({ status: "completed" });
    });
    expect(unhandled).toEqual([]);
    expect(seen.length).toBeGreaterThan(0);
    const faults = life.heard.of("log").filter((notice) => notice.code === "SUBSCRIBER_FAILED");
    expect(faults.map(({ message }) => message).toSorted()).toEqual([
      "a subscriber could not be attached: attach",
      "a subscriber could not be attached: it gave 5, which is no function that ends it",
      "a subscriber could not be attached: it gave a promise of a value of type function, which is no function that ends it",
      "a subscriber could not be attached: then",
    ]);
  });

  test("H5: a slow subscriber delays nobody, and overflow is read again from the history: it still sees every event once, in order", async () => {
    const world = createWorld();
    const release = latch();
    const slow: number[] = [];
    let first = true;
    const life = world.begin({
      subscribers: [{ attach: (run) => run.on("event", async (event) => { if (first) { first = false; await release.promise; } slow.push(event.seq); }) }],
    });
    const state = await life.reprise.create({ stateId });
    const total = 1_500;
    for (let index = 0; index < total; index += 1) await state.run(leaf, index);
    expect(slow).toEqual([]);
    expect(life.heard.of("event")).toHaveLength(2 * total);
    release.open();
    await state.close();
    expect(slow).toEqual(Array.from({ length: 2 * total }, (_, index) => index + 2));
  });

  test("H5: a slow subscriber that overflows again while it catches up still sees every event once", async () => {
    const world = createWorld();
    const slow: number[] = [];
    const life = world.begin({ subscribers: [{ attach: (run) => run.on("event", async (event) => { await turns(2); slow.push(event.seq); }) }] });
    const state = await life.reprise.create({ stateId });
    const items = Array.from({ length: 600 }, (_, index) => index);
    await state.map("first", items, leaf, { maxWorkers: 600 });
    await state.map("second", items, leaf, { maxWorkers: 600 });
    await state.close();
    expect(slow).toEqual(state.history.events().map((event) => event.seq));
  });

  test("H5: a subscriber that never ends a message does not keep a run from ending for longer than the grace", async () => {
    const world = createWorld();
    const life = world.begin({ graceMs: 50, subscribers: [{ attach: (run) => run.on("event", () => new Promise(() => undefined)) }] });
    const ended = life.reprise.execute(chain(1), undefined, { stateId }).then(() => "ended");
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve("still waiting"), 4_000))])).toBe("ended");
  });

  test("H5: unsubscribing ends the messages, and a notice nobody hears is not an error", async () => {
    const state = await createReprise().create({ stateId });
    const seen: number[] = [];
    const stop = state.on("event", (event) => void seen.push(event.seq));
    await state.run(leaf, 1);
    stop();
    stop();
    await state.run(leaf, 2);
    expect(seen).toEqual([2, 3]);
    await state.close();
  });

  test("H5: the topics carry what they say: log of actors, progress of groups, checkpoints and reuse", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const talks = tool({ name: "talks", run: (value: number, { log }) => { log("hello", { value }); return value; } });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.map("group", [1, 2], talks, { maxWorkers: 1 }); await context.run(point.actor, 0); } });
    const first = await world.runUntilCrash(work, undefined, point);
    expect(first.heard.of("log").filter((notice) => notice.code === "ACTOR_LOG").map(({ message, data, address }) => ({ message, data, address }))).toEqual([
      { message: "hello", data: { value: 1 }, address: "work::group{0}::talks::tool_call" },
      { message: "hello", data: { value: 2 }, address: "work::group{1}::talks::tool_call" },
    ]);
    expect(first.heard.of("group").at(-1)).toMatchObject({ address: "work::group::group", size: 2, running: 0, completed: 2, failed: 0, cancelled: 0, recovered: 0 });
    expect(first.heard.of("recovered")).toEqual([]);
    const second = await world.resume(work);
    expect(second.heard.of("recovered").map(({ address, status }) => ({ address, status }))).toEqual([{ address: "work::group::group", status: "completed" }]);
    expect(second.heard.of("checkpoint").map(({ status }) => status)).toEqual(["completed"]);
    expect(second.heard.of("event").map(({ status, name }) => `${name} ${status}`)).toEqual(["crash_point started", "crash_point completed", "work completed"]);
  });
});

describe("H6: a write that fails", () => {
  test("H6: the run stops with the storage error, the actor is not retried, nothing is acknowledged after, and the run can be resumed", async () => {
    const backend = recordingBackend("power");
    const leaf = counter<number>({ name: "leaf" });
    const later = counter<number>({ name: "later" });
    const swallowed: unknown[] = [];
    const work = agent({
      name: "work",
      retry: quick,
      run: async (_: void, context) => {
        const first = await context.run(leaf.actor, 1, { retry: quick }).catch((error: { code: string }) => error.code);
        const second = await context.run(later.actor, 2).catch((error: { code: string }) => error.code);
        swallowed.push(first, second);
        return [first, second];
      },
    });
    backend.failAt((append) => append.records.some((record) => record.k === "completed"), () => new RepriseError("IO", "the disk is gone"));
    const heard = recordingSubscriber();
    const outcome = await createReprise({ backend, subscribers: [heard] }).execute(work, undefined, { stateId });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "IO", message: "the disk is gone" } });
    await turns();
    expect(swallowed).toEqual(["IO", "IO"]);
    expect([leaf.runs, later.runs]).toEqual([1, 0]);
    expect(heard.of("event").map((event) => event.status)).toEqual(["started", "started"]);
    expect(backend.released).toBe(backend.acquired);

    const again = await createReprise({ backend }).resume(work, stateId);
    expect(again).toMatchObject({ status: "completed", value: [1, 2] });
    expect([leaf.runs, later.runs]).toEqual([2, 1]);
  });

  test.each(["started", "completed", "checkpoint"])("H6: whichever append fails (here the first with a record %s), execute ends, and a resumed run gives the value", async (kind) => {
    const backend = recordingBackend("power");
    const leaf = tool({ name: "leaf", run: (value: number) => value });
    const work = agent({ name: "work", run: async (_: void, context) => (await Promise.all([context.run(leaf, 1), context.run(leaf, 2), context.map("group", [3, 4], leaf)])).flat() });
    backend.failAt((append) => append.records.some((record) => record.k === kind), () => new RepriseError("NO_SPACE", "full"));
    const unhandled = await unhandledDuring(async () => {
      expect(await createReprise({ backend }).execute(work, undefined, { stateId })).toMatchObject({ status: "failed", error: { code: "NO_SPACE" } });
    });
    expect(unhandled).toEqual([]);
    expect(await createReprise({ backend }).execute(work, undefined, { stateId })).toMatchObject({ status: "completed", value: [1, 2, 3, 4] });
  });

  test("H6: every verb of the state rejects with the storage error, storage included, until the run is loaded again", async () => {
    const backend = recordingBackend("power");
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    const leaf = counter<number>({ name: "leaf" });
    backend.failAt((append) => append.records.some((record) => record.k === "started"), () => new RepriseError("IO", "gone"));
    expect(await rejectionOf(state.run(leaf.actor, 1))).toMatchObject({ code: "IO" });
    expect(await rejectionOf(state.run(leaf.actor, 1))).toMatchObject({ code: "IO" });
    expect(await rejectionOf(state.try(leaf.actor, 1))).toMatchObject({ code: "IO" });
    expect(await rejectionOf(state.map("group", [1], leaf.actor))).toMatchObject({ code: "IO" });
    expect(await rejectionOf(state.saveCheckpoint())).toMatchObject({ code: "IO" });
    expect(() => state.storage.set("key", 1)).toThrow(expect.objectContaining({ code: "IO" }));
    expect(leaf.runs).toBe(0);
    await state.close();
    const again = await reprise.load(stateId);
    expect(await again.run(leaf.actor, 1)).toBe(1);
    await again.close();
  });

  test('H6: an outcome that is buffered (durability "checkpoint") and cannot be written at the end is no success', async () => {
    const disk = faultyBackend(memoryBackend(), { faults: { append: { 1: { kind: "fail", error: new RepriseError("NO_SPACE", "disk full") } } } });
    expect(await createReprise({ backend: disk, durability: "checkpoint" }).execute(addOne, 1)).toMatchObject({ status: "failed", error: { message: "disk full" } });
  });

  test("H6: a state whose last writes fail says so when it is closed", async () => {
    const disk = faultyBackend(memoryBackend(), { faults: { append: { 2: { kind: "fail", error: new RepriseError("NO_SPACE", "disk full") } } } });
    const state = await createReprise({ backend: disk }).create();
    await turns(3);
    state.storage.set("key", 1);
    await expect(state.close()).rejects.toThrow("disk full");
  });

  test("H6: open handlers are told to end", async () => {
    const backend = recordingBackend("power");
    const state = await createReprise({ backend }).create({ stateId });
    const told = latch<unknown>();
    const waits = tool({ name: "waits", run: (_: void, { signal }) => new Promise<void>((resolve) => signal.addEventListener("abort", () => { told.open(signal.reason); resolve(); })) });
    const quickTool = tool({ name: "quick_tool", run: () => 1 });
    const open = rejectionOf(state.run(waits));
    await turns();
    backend.failAt(() => true, () => new RepriseError("IO", "gone"));
    expect(await rejectionOf(state.run(quickTool))).toMatchObject({ code: "IO" });
    expect(await open).toMatchObject({ code: "IO" });
    expect(await told.promise).toMatchObject({ code: "IO" });
    await state.close();
  });

  test("H6: a record that is too large for the backend stops the run and does not lose what came before", async () => {
    const world = createWorld(memoryBackend({ maxRecordBytes: 2_000 }));
    let size = 10_000;
    const big = tool({ name: "big", run: () => "x".repeat(size) });
    const leaf = counter<number>({ name: "leaf" });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(leaf.actor, 1); return (await context.run(big)).length; } });
    // Elsewhere there would be room for it (H7).
    expect(await world.begin({ artifactThreshold: Infinity }).reprise.execute(work, undefined, { stateId })).toMatchObject({ status: "failed", error: { code: "LIMIT" } });
    size = 10;
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: 10 });
    expect(leaf.runs).toBe(1);
  });
});
