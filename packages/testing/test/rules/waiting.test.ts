import { agent, createReprise, isRepriseError, tool, type AgentContext, type ExecutionAwaitingError, type ExecutionOutcome, type OpenOptions, type WaitOptions } from "@reprise/core";
import type { ExecutionEvent, Subscriber } from "@reprise/core/spi";
import { memoryBackend } from "@reprise/backend-memory";
import { retry, retryProvider } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { virtualSystem } from "../../src/index.ts";
import { createWorld, journalOf, latch, rejectionOf, stateId, turns, unhandledDuring } from "./support/world.ts";

const echo = tool({ name: "echo", run: (text: string) => text });

/** A Standard Schema of a type of values, and what it makes of them. */
function schemaOf<Answer, Output = Answer>(type: string, transform: (value: Answer) => Output | Promise<Output> = (value) => value as unknown as Output): NonNullable<WaitOptions<Answer, Output>["schema"]> {
  const result = (value: Output): { readonly value: Output } => ({ value });
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate(value: unknown) {
        if (typeof value !== type) return { issues: [{ message: `expected ${type}` }] };
        const output = transform(value as Answer);
        return output instanceof Promise ? output.then(result) : result(output);
      },
    },
  };
}

function agentOf<Output>(run: (context: AgentContext) => Promise<Output>) {
  return agent({ name: "work", run: (_input: void, context) => run(context) });
}

const approval = (context: AgentContext): Promise<boolean> => context.waitFor("approval", { schema: schemaOf<boolean>("boolean"), prompt: "Publish?" });

function addressesIn(outcome: ExecutionOutcome<unknown>): string[] {
  return outcome.status === "awaiting" ? outcome.pending.map(({ address }) => address) : [outcome.status];
}

describe("I3: suspension", () => {
  test("I3: execute gives awaiting with what is waited for; the run is checkpointed and its lease is free", async () => {
    const system = virtualSystem({ now: 1_000 });
    const world = createWorld();
    const { reprise, heard } = world.begin({ system });
    const outcome = await system.runUntil(reprise.execute(agentOf(approval), undefined, { stateId }));
    expect(outcome).toEqual({
      status: "awaiting",
      stateId,
      pending: [{ name: "approval", address: "work::approval::wait_call", prompt: "Publish?", token: expect.stringMatching(/^wt_[0-9a-f]{32}$/u), since: 1_000 }],
    });
    expect(await reprise.head(stateId)).toMatchObject({ status: "awaiting", lease: "none" });
    expect(await reprise.pending(stateId)).toEqual(outcome.status === "awaiting" && outcome.pending);
    expect(heard.of("event").map(({ address, status }) => `${address} ${status}`)).toEqual(["work::agent_call started", "work::approval::wait_call started", "work::approval::wait_call awaiting"]);
    expect(heard.of("event").at(-1)).toMatchObject({ prompt: "Publish?" });
    expect(heard.of("checkpoint")).toMatchObject([{ status: "awaiting" }]);
    expect(JSON.stringify(heard.of("event"))).not.toContain("wt_");
    expect(system.pending.timers).toBe(0);
  });

  test("H5, I3: a subscriber of a run that was loaded is told for what it waits; of a new run, and once it is answered, for nothing", async () => {
    const system = virtualSystem({ now: 1_000 });
    const world = createWorld();
    const told: (readonly string[] | undefined)[] = [];
    const watcher: Subscriber = { attach: ({ origin }) => void told.push(origin.kind === "loaded" ? origin.waiting?.map(({ address, status, at }) => `${address} ${status} ${at}`) : undefined) };
    const work = agentOf(approval);
    const begin = () => world.begin({ system, subscribers: [watcher] }).reprise;
    await system.runUntil(begin().execute(work, undefined, { stateId }));
    await system.runUntil(begin().resume(work, stateId));
    await system.runUntil(begin().answer(stateId, "approval", true));
    await system.runUntil(begin().resume(work, stateId));
    await system.runUntil(begin().resume(work, stateId));
    expect(told).toEqual([undefined, ["work::approval::wait_call awaiting 1000"], ["work::approval::wait_call awaiting 1000"], []]);
  });

  test("H5, T4: so is it for the next attempt of a call, with when it is due", async () => {
    const world = createWorld();
    const down = tool({ name: "down", run: () => Promise.reject(new Error("down")), retry: retry({ maxAttempts: 2, initialDelayMs: 3_600_000, jitter: "none" }) });
    const reached = latch();
    const dies: Subscriber = { attach: (run) => run.on("event", ({ status }) => void (status === "retrying" && reached.open())) };
    const first = world.begin({ subscribers: [dies], retry: retryProvider() }).reprise;
    void first.execute(down, undefined, { stateId });
    await reached.promise;
    world.disk.crash();
    let told: readonly ExecutionEvent[] | undefined;
    const watcher: Subscriber = { attach: ({ origin }) => void (told = origin.kind === "loaded" ? origin.waiting : undefined) };
    const state = await world.begin({ subscribers: [watcher], retry: retryProvider() }).reprise.load(stateId);
    expect(told).toMatchObject([{ address: "down::tool_call", status: "retrying", delayMs: 3_600_000, error: { message: "down" } }]);
    expect(told?.[0]?.dueAt).toBe((told?.[0]?.at ?? 0) + 3_600_000);
    await state.close();
  });

  test("I3: pending verbs reject, so that finally runs, also where it takes its time; every later verb rejects and nothing is recorded", async () => {
    const world = createWorld();
    const done: string[] = [];
    const codes: unknown[] = [];
    let kept: AgentContext | undefined;
    const inner = agent({
      name: "inner",
      run: async (_input: void, context) => {
        try {
          await context.waitFor("x");
        } finally {
          await new Promise((resolve) => setTimeout(resolve, 30));
          done.push("inner");
        }
      },
    });
    const work = agentOf(async (context) => {
      kept = context;
      try {
        await context.run(inner);
      } catch (error) {
        codes.push((error as { code?: unknown }).code, context.signal.aborted);
        codes.push((await rejectionOf(context.run(echo, "late"))).code, (await rejectionOf(context.waitFor("y"))).code, (await rejectionOf(context.sleep(1))).code);
        expect(() => context.now()).toThrow(expect.objectContaining({ code: "SUSPENDED" }));
        done.push("work");
      }
      return "swallowed";
    });
    const { reprise } = world.begin();
    const unhandled = await unhandledDuring(async () => {
      expect(addressesIn(await reprise.execute(work, undefined, { stateId }))).toEqual(["work::inner::x::wait_call"]);
    });
    expect(unhandled).toEqual([]);
    expect(done).toEqual(["work", "inner"]);
    expect(codes).toEqual(["SUSPENDED", true, "SUSPENDED", "SUSPENDED", "SUSPENDED"]);
    expect((await rejectionOf(kept!.run(echo, "later still"))).code).toBe("SUSPENDED");
    expect((await world.journal()).map(({ k }) => k)).toEqual(["run", "started", "started", "started", "awaiting", "checkpoint"]);
  });

  test("I3: a handler that never gives way holds the suspension up for the grace, not longer", async () => {
    const system = virtualSystem();
    const { reprise } = createWorld().begin({ system, graceMs: 700 });
    const stubborn = agentOf((context) => context.waitFor("x").catch(() => new Promise(() => undefined)));
    expect((await system.runUntil(reprise.execute(stubborn))).status).toBe("awaiting");
    expect(system.now()).toBe(700);
  });

  test("I3: while a leaf works, code computes or a short sleep lasts, the run is not suspended", async () => {
    const system = virtualSystem();
    const { reprise } = createWorld().begin({ system });
    const slow = tool({ name: "slow", run: () => new Promise<void>((resolve) => void system.setTimer(10_000, resolve)) });
    const raw = agent({ name: "raw", run: () => new Promise<void>((resolve) => void system.setTimer(20_000, resolve)) });
    const work = agentOf(async (context) => {
      void context.waitFor("x").catch(() => undefined);
      await Promise.all([context.run(slow), context.run(raw), context.sleep(30_000)]);
      await context.waitFor("y");
    });
    expect(addressesIn(await system.runUntil(reprise.execute(work)))).toEqual(["work::x::wait_call", "work::y::wait_call"]);
    expect(system.now()).toBe(30_000);
  });

  test("I3, I5: a sleep that is due later than suspendAfterMs counts as waiting, and says when to wake the run", async () => {
    const system = virtualSystem({ now: 5 });
    const world = createWorld();
    const { reprise } = world.begin({ system });
    const work = agentOf(async (context) => {
      await Promise.race([context.sleep(90_000), context.sleep(30_001)]);
      return "woken";
    });
    expect(await system.runUntil(reprise.execute(work, undefined, { stateId }))).toEqual({ status: "awaiting", stateId, pending: [], wakeAt: 30_006 });
    expect(system.now()).toBe(5);
    expect(await reprise.head(stateId)).toMatchObject({ status: "awaiting", wakeAt: 30_006 });
    // Too early: it is suspended again, with the same end.
    await system.advance(29_000);
    const again = await system.runUntil(world.begin({ system, suspendAfterMs: 0 }).reprise.resume(work, stateId));
    expect(again).toMatchObject({ status: "awaiting", wakeAt: 30_006 });
    await system.advance(100);
    expect(await system.runUntil(reprise.resume(work, stateId))).toMatchObject({ status: "completed", value: "woken" });
    expect(system.now()).toBe(30_006);
    expect((await reprise.head(stateId))?.wakeAt).toBeUndefined();
  });

  test("T5: the limit of an agent that waits wakes the run", async () => {
    const system = virtualSystem();
    const { reprise } = createWorld().begin({ system });
    const limited = agent({ name: "limited", timeoutMs: 50_000, run: (_input: void, context) => context.waitFor("x") });
    const work = agentOf((context) => context.try(limited).then(({ ok }) => ok));
    expect(await system.runUntil(reprise.execute(work, undefined, { stateId }))).toMatchObject({ status: "awaiting", wakeAt: 50_000 });
    await system.advance(50_000);
    expect(await system.runUntil(reprise.wake([work]))).toMatchObject([{ stateId, outcome: { status: "completed", value: false } }]);
  });

  test("I3, S7: who finds a run waiting and leaves it as it was leaves no record, however often; it still runs its code and says what it waits for", async () => {
    const system = virtualSystem({ now: 1_000 });
    const world = createWorld(memoryBackend({ system }));
    let entered = 0;
    const work = agentOf(async (context) => {
      entered += 1;
      const [answer] = await Promise.all([approval(context), context.sleep(90_000)]);
      return answer;
    });
    const first = await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }));
    const before = { journal: await world.journal(), head: await world.begin({ system }).reprise.head(stateId) };
    await system.advance(5_000);
    for (let look = 0; look < 3; look += 1) {
      const { reprise } = world.begin({ system });
      expect(await system.runUntil(look === 0 ? reprise.execute(work, undefined, { stateId }) : reprise.resume(work, stateId))).toEqual(first);
      expect(await reprise.head(stateId)).toMatchObject({ status: "awaiting", updatedAt: before.head?.updatedAt, wakeAt: 91_000, lease: "none" });
    }
    expect(entered).toBe(4);
    expect(await world.journal()).toEqual(before.journal);
    const { reprise } = world.begin({ system });
    await reprise.answer(stateId, "approval", true);
    expect(await system.runUntil(reprise.resume(work, stateId))).toMatchObject({ status: "awaiting", pending: [] });
    expect((await world.journal()).slice(before.journal.length).map(({ k }) => k)).toEqual(["session", "completed", "checkpoint"]);
  });

  test("I5, T1, S7: what changes when it is due, or what the run is to be resumed with, is recorded, once", async () => {
    const system = virtualSystem({ now: 1_000 });
    const world = createWorld(memoryBackend({ system }));
    const work = (timeoutMs?: number) => agent({ name: "work", ...(timeoutMs !== undefined && { timeoutMs }), run: (_input: void, context) => approval(context) });
    const look = async (timeoutMs?: number, settings?: Pick<OpenOptions, "retry">): Promise<{ readonly kinds: readonly string[]; readonly wakeAt: number | undefined }> => {
      const { reprise } = world.begin({ system });
      const before = (await world.journal()).length;
      await system.runUntil(reprise.resume(work(timeoutMs), stateId, { ...settings }));
      return { kinds: (await world.journal()).slice(before).map(({ k }) => k), wakeAt: (await reprise.head(stateId))?.wakeAt };
    };
    await system.runUntil(world.begin({ system }).reprise.execute(work(), undefined, { stateId }));
    expect(await look()).toEqual({ kinds: [], wakeAt: undefined });
    expect(await look(60_000)).toEqual({ kinds: ["session", "checkpoint"], wakeAt: 61_000 });
    expect(await look(60_000)).toEqual({ kinds: [], wakeAt: 61_000 });
    expect(await look(50_000)).toEqual({ kinds: ["session", "checkpoint"], wakeAt: 51_000 });
    expect(await look()).toEqual({ kinds: ["session", "checkpoint"], wakeAt: undefined });
    expect(await look(undefined, { retry: retry({ maxAttempts: 3 }) })).toEqual({ kinds: ["session", "checkpoint"], wakeAt: undefined });
    expect(await look(undefined, { retry: retry({ maxAttempts: 3 }) })).toEqual({ kinds: [], wakeAt: undefined });
  });

  test("I3: driven by hand, what waits throws ExecutionAwaitingError once the lease is free, and goes on when it is loaded again", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const state = await reprise.create({ stateId });
    const error = (await rejectionOf(state.waitFor("approval", { prompt: { page: 7 } }))) as ExecutionAwaitingError;
    expect(error).toMatchObject({ name: "ExecutionAwaitingError", code: "EXECUTION_AWAITING", stateId, pending: [{ address: "approval::wait_call", prompt: { page: 7 } }] });
    expect(state.status).toBe("awaiting");
    expect((await reprise.head(stateId))?.lease).toBe("none");
    expect((await rejectionOf(state.run(echo, "x"))).code).toBe("EXECUTION_AWAITING");
    await reprise.answer(stateId, "approval", "yes");
    const again = await reprise.load(stateId);
    expect(await again.waitFor("approval")).toBe("yes");
    const inside = (await rejectionOf(again.run(agentOf(approval)))) as ExecutionAwaitingError;
    expect(inside.pending.map(({ address }) => address)).toEqual(["work::approval::wait_call"]);
    await reprise.close();
  });
});

describe("I4: answers", () => {
  const asking = agentOf(async (context) => `${String(await approval(context))}, ${await context.run(echo, "after")}`);

  test.each(["name", "address", "path", "token"] as const)("I4: an answer by %s completes the wait, which names its message in the same append", async (by) => {
    const world = createWorld();
    const { reprise } = world.begin();
    const outcome = await reprise.execute(asking, undefined, { stateId });
    const wait = outcome.status === "awaiting" ? outcome.pending[0] : undefined;
    const target = { name: "approval", address: wait?.address, path: "work::approval", token: wait?.token }[by];
    await reprise.answer(stateId, target ?? "", true);
    expect((await world.begin().reprise.resume(asking, stateId))).toMatchObject({ status: "completed", value: "true, after" });
    expect((await world.journal()).find(({ k, v }) => k === "completed" && v === true)).toMatchObject({ msg: expect.any(String) });
    expect(await reprise.pending(stateId)).toEqual([]);
  });

  test("I4: an answer may come before anything asks; it is kept until then, over restarts, in the journal", async () => {
    const world = createWorld();
    const first = agentOf(async (context) => [await context.waitFor("one"), await context.waitFor("two")]);
    await world.begin().reprise.execute(first, undefined, { stateId });
    await world.begin().reprise.answer(stateId, "two", 2);
    expect(addressesIn((await world.resume(first)).outcome)).toEqual(["work::one::wait_call"]);
    expect((await world.journal()).filter(({ k }) => k === "message")).toMatchObject([{ to: "two", v: 2 }]);
    expect((await world.disk.list({ dueBefore: 0 })).rows).toEqual([]);
    await world.begin().reprise.answer(stateId, "one", 1);
    expect((await world.resume(first)).outcome).toMatchObject({ status: "completed", value: [1, 2] });
  });

  test("I4: a process that is at the run takes an answer while it goes on", async () => {
    const world = createWorld();
    const gate = latch();
    const held = tool({ name: "held", run: () => gate.promise });
    const work = agentOf((context) => Promise.all([context.run(held), context.waitFor("x").then((x) => { gate.open(); return x; })]));
    const outcome = world.begin().reprise.execute(work, undefined, { stateId });
    while ((await world.begin().reprise.pending(stateId).catch(() => [])).length === 0) await turns();
    await world.begin().reprise.answer(stateId, "x", "live");
    expect(await outcome).toMatchObject({ status: "completed", value: [undefined, "live"] });
  });

  test("I4: an answer that the schema refuses is recorded as rejected and the wait goes on; the first valid one wins", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    await reprise.execute(asking, undefined, { stateId });
    for (const value of ["perhaps", 7, false, true]) await reprise.answer(stateId, "approval", value);
    const { outcome, heard } = await world.resume(asking);
    expect(outcome).toMatchObject({ status: "completed", value: "false, after" });
    const rejected = heard.of("event").filter(({ status }) => status === "rejected");
    expect(rejected).toHaveLength(2);
    expect(rejected[0]).toMatchObject({ address: "work::approval::wait_call", reason: expect.stringContaining("approval::wait_call: answer") });
    expect(heard.of("log").map(({ code }) => code)).toEqual(["ANSWER_REJECTED", "ANSWER_REJECTED", "ANSWER_TOO_LATE"]);
    expect((await world.journal()).filter(({ k }) => k === "rejected")).toHaveLength(2);
    // Nothing is left to be read again.
    expect((await world.disk.list({ dueBefore: 0 })).rows).toEqual([]);
  });

  test("I4, H2: the raw answer is recorded and the schema applied to it, live and on reuse, asynchronous ones too", async () => {
    const schema = schemaOf("string", async (text: string) => text.length);
    const lengthOf = agentOf(async (context) => [await context.waitFor("text", { schema }), await context.waitFor("more")]);
    const world = createWorld();
    await world.begin().reprise.execute(lengthOf, undefined, { stateId });
    await world.begin().reprise.answer(stateId, "text", "four");
    await world.resume(lengthOf);
    await world.begin().reprise.answer(stateId, "more", new Map([[1, new Date(5)]]));
    expect((await world.resume(lengthOf)).outcome).toMatchObject({ value: [4, new Map([[1, new Date(5)]])] });
    expect((await world.journal()).find(({ k, msg }) => k === "completed" && msg !== undefined)).toMatchObject({ v: "four" });
  });

  test("I4, H4: an answer that comes too late is kept until the end of its wait is durable", async () => {
    const world = createWorld();
    const { reprise, heard } = world.begin({ durability: "checkpoint" });
    const gate = latch();
    const held = tool({ name: "held", run: () => gate.promise });
    const racing = agent({ name: "racing", run: (_input: void, context) => Promise.race([context.waitFor("x"), context.run(echo, "first")]) });
    const work = agentOf(async (context) => {
      await context.run(racing);
      return Promise.all([context.waitFor("y"), context.run(held)]);
    });
    const state = await reprise.create({ stateId });
    // From here on others know of the run.
    await state.saveCheckpoint({ status: "running" });
    const running = rejectionOf(state.run(work));
    await turns(30);
    expect((await world.journal()).map(({ k }) => k)).not.toContain("cancelled");
    await world.begin().reprise.answer(stateId, "x", "late");
    await turns(30);
    expect(heard.of("log").map(({ code }) => code)).toEqual(["ANSWER_TOO_LATE"]);
    expect((await world.journal()).map(({ k }) => k)).toContain("cancelled");
    gate.open();
    expect(await running).toMatchObject({ code: "EXECUTION_AWAITING" });
  });

  test("I4, H2: an answer may be undefined, to one that waits and to one that comes later; what is none is dropped with what is wrong with it", async () => {
    const world = createWorld();
    const { reprise, heard } = world.begin();
    const work = agentOf(async (context) => ["got", await context.waitFor("first"), await context.waitFor("second", { timeoutMs: 60_000, default: 5 })]);
    await reprise.execute(work, undefined, { stateId });
    await reprise.answer(stateId, "first", undefined);
    await reprise.answer(stateId, "second", undefined);
    await world.disk.post(stateId, "foreign", new TextEncoder().encode('{"k":"answer","v":1,"to":5}'));
    expect(await reprise.resume(work, stateId)).toMatchObject({ status: "completed", value: ["got", undefined, undefined] });
    expect(heard.of("log").filter(({ code }) => code === "MESSAGE_UNREADABLE").map(({ message }) => message)).toEqual(['message foreign cannot be read and is dropped: "to" must be of type string']);
    expect(await reprise.resume(work, stateId)).toMatchObject({ value: ["got", undefined, undefined] });
  });

  test("I4: the same answerId is the same answer, before and after it was read; another answer comes too late", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const two = agentOf(async (context) => [await context.waitFor("x"), await context.waitFor("x")]);
    await reprise.execute(two, undefined, { stateId });
    await reprise.answer(stateId, "x", 1, { answerId: "click" });
    await reprise.answer(stateId, "x", 1, { answerId: "click" });
    const { outcome, heard } = await world.resume(two);
    expect(addressesIn(outcome)).toEqual(["work::x#2::wait_call"]);
    expect(heard.of("log").map(({ code }) => code)).toEqual(["ANSWER_REPEATED"]);
    await reprise.answer(stateId, "x#2", 1, { answerId: "click" });
    expect(addressesIn((await world.resume(two)).outcome)).toEqual(["work::x#2::wait_call"]);
    expect(await rejectionOf(reprise.answer(stateId, "work::x::wait_call", 3))).toMatchObject({ code: "ANSWER_TOO_LATE", address: "work::x::wait_call" });
    await reprise.answer(stateId, "x", 2);
    expect((await world.resume(two)).outcome).toMatchObject({ value: [1, 2] });
    expect(await rejectionOf(reprise.answer(stateId, "x", 3))).toMatchObject({ code: "ANSWER_TOO_LATE" });
    expect(await rejectionOf(reprise.answer(stateId, "never asked", 3))).toMatchObject({ code: "ANSWER_TOO_LATE" });
  });

  test("I4: a name that several waits have is refused with their addresses", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const votes = agentOf((context) => context.map("votes", ["a", "b"], (_item, branch) => branch.waitFor("vote"), { key: (item) => item }));
    await reprise.execute(votes, undefined, { stateId });
    const addresses = ["work::votes{a}::vote::wait_call", "work::votes{b}::vote::wait_call"];
    expect(await rejectionOf(reprise.answer(stateId, "vote", 1))).toMatchObject({ code: "AMBIGUOUS_ANSWER", addresses });
    await reprise.answer(stateId, addresses[1] ?? "", "B");
    await world.resume(votes);
    await reprise.answer(stateId, "vote", "A");
    expect((await world.resume(votes)).outcome).toMatchObject({ value: ["A", "B"] });
  });

  test("I4: a wait that runs out of time gives its default, also undefined, or a TimeoutError; its end is kept over restarts", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const work = agentOf(async (context) => [
      await context.waitFor("a", { timeoutMs: 60_000, schema: schemaOf<string>("string"), default: 7 }),
      await context.waitFor("b", { timeoutMs: 60_000, default: undefined }),
      await context.waitFor("c", { timeoutMs: 60_000 }).catch((error: unknown) => isRepriseError(error, "TIMEOUT") && error.message),
    ]);
    const start = await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }));
    expect(start).toMatchObject({ status: "awaiting", wakeAt: 60_000, pending: [{ dueAt: 60_000 }] });
    for (const due of [120_000, 180_000]) {
      await system.advance(60_000);
      expect((await system.runUntil(world.resume(work, undefined, { system }))).outcome).toMatchObject({ status: "awaiting", wakeAt: due });
    }
    await system.advance(500_000);
    const late = await system.runUntil(world.resume(work, undefined, { system }));
    expect(late.outcome).toMatchObject({ value: [7, undefined, "work::c::wait_call did not end within timeoutMs of 60000 ms"] });
  });

  test("I4: an answer that is there when the time is up still counts", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const { reprise } = world.begin({ system });
    const work = agentOf((context) => context.waitFor("a", { timeoutMs: 60_000 }));
    await system.runUntil(reprise.execute(work, undefined, { stateId }));
    await reprise.answer(stateId, "a", "in time");
    await system.advance(90_000);
    expect((await system.runUntil(world.resume(work, undefined, { system }))).outcome).toMatchObject({ value: "in time" });
  });

  test("R4: a wait that ran out of time and ended the run is asked again, with a new token, when the run is recovered", async () => {
    const system = virtualSystem();
    const world = createWorld();
    const work = agentOf((context) => context.waitFor("a", { timeoutMs: 60_000 }));
    const first = await system.runUntil(world.begin({ system }).reprise.execute(work, undefined, { stateId }));
    await system.advance(60_000);
    expect((await system.runUntil(world.resume(work, undefined, { system }))).outcome).toMatchObject({ status: "failed", error: { code: "ACTOR_FAILED", cause: { code: "TIMEOUT" } } });
    const again = await system.runUntil(world.resume(work, undefined, { system }));
    expect(again.outcome).toMatchObject({ status: "awaiting", wakeAt: 120_000 });
    if (first.status === "awaiting" && again.outcome.status === "awaiting") expect(again.outcome.pending[0]?.token).not.toBe(first.pending[0]?.token);
    await world.begin({ system }).reprise.answer(stateId, "a", "at last");
    expect((await system.runUntil(world.resume(work, undefined, { system }))).outcome).toMatchObject({ value: "at last" });
  });

  test("I1: a wait that lost a race is cancelled, and an answer to it comes too late", async () => {
    const { reprise } = createWorld().begin();
    const work = agentOf((context) => Promise.race([context.waitFor("x"), context.run(echo, "first")]));
    const { stateId: id } = await reprise.execute(work);
    expect(await rejectionOf(reprise.answer(id, "x", 1))).toMatchObject({ code: "ANSWER_TOO_LATE", message: expect.stringContaining("cancelled") });
  });

  test("I4: bad input is a typed error before anything happens", async () => {
    const { reprise } = createWorld().begin();
    await reprise.execute(asking, undefined, { stateId });
    const wrong: readonly [Promise<unknown>, string, string?][] = [
      [reprise.answer("unknown", "x", 1), "NOT_FOUND"],
      [reprise.answer("", "x", 1), "INVALID_ID"],
      [reprise.answer(stateId, "", 1), "INVALID_OPTION", "wait"],
      [reprise.answer(stateId, "work::echo::tool_call", 1), "INVALID_OPTION", "wait"],
      [reprise.answer(stateId, `wt_${"0".repeat(32)}`, 1), "NOT_FOUND"],
      [reprise.answer(stateId, "approval", () => 1), "NOT_ENCODABLE"],
      [reprise.answer(stateId, "approval", 1, { answerId: "" }), "INVALID_OPTION", "answerId"],
      [reprise.pending("unknown"), "NOT_FOUND"],
      [reprise.wake([{} as never]), "INVALID_OPTION", "actor"],
    ];
    for (const [promise, code, path] of wrong) expect(await rejectionOf(promise)).toMatchObject({ code, ...(path && { path }) });
    const state = await reprise.create();
    const options: readonly [object, string][] = [
      [{ schema: {} }, "schema"],
      [{ timeoutMs: 0 }, "timeoutMs"],
      [{ default: 1 }, "default"],
      [{ key: "" }, "key"],
    ];
    for (const [each, path] of options) expect(await rejectionOf(state.waitFor("x", each))).toMatchObject({ code: "INVALID_OPTION", path });
    expect(await rejectionOf(state.waitFor("a::b"))).toMatchObject({ code: "INVALID_DEFINITION" });
    expect(await rejectionOf(state.waitFor("x", { prompt: () => 1 }))).toMatchObject({ code: "NOT_ENCODABLE" });
    expect(() => createReprise({ suspendAfterMs: -1 })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "suspendAfterMs" }));
  });
});

describe("P1: waiting branches", () => {
  test("P1: a waiting branch gives its slot back, so that all ask at once; an answered one goes on without queueing", async () => {
    const world = createWorld();
    const { reprise } = world.begin();
    const items = Array.from({ length: 10 }, (_, index) => `i${index}`);
    const order: string[] = [];
    const work = agentOf((context) =>
      context.map("items", items, async (item, branch) => {
        await branch.run(echo, item);
        const answer = await branch.waitFor<string>(item);
        order.push(item);
        return branch.run(echo, answer);
      }, { maxWorkers: 2 }),
    );
    expect(addressesIn(await reprise.execute(work, undefined, { stateId }))).toHaveLength(10);
    const answered = items.toReversed();
    for (const item of answered) await reprise.answer(stateId, item, `${item}!`);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: items.map((item) => `${item}!`) });
    expect(order.toSorted()).toEqual(items);
    expect((await journalOf(world.disk)).filter(({ k }) => k === "cancelled")).toEqual([]);
  });
});
