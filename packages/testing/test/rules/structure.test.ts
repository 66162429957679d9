import { memoryBackend, truncateRun } from "@reprise/backend-memory";
import { agent, createReprise, tool, type Actor } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem, type VirtualSystem } from "../../src/index.ts";
import { recordingBackend } from "./support/recording-backend.ts";
import { crashPoint, createWorld, journalOf, rejectionOf, stateId, turns, unhandledDuring, type RawRecord, type World } from "./support/world.ts";

/** Work that takes `ms` of virtual time. */
function takes(system: VirtualSystem, ms: number, options: { readonly name?: string; readonly ignoreAbort?: boolean } = {}) {
  const { name = "takes", ignoreAbort = false } = options;
  let runs = 0;
  const reasons: unknown[] = [];
  return {
    reasons,
    get runs() {
      return runs;
    },
    actor: tool({
      name,
      run: (value: number, { signal }) =>
        new Promise<number>((resolve, reject) => {
          runs += 1;
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

function pause(system: VirtualSystem, ms: number): Promise<void> {
  return new Promise((resolve) => void system.setTimer(ms, resolve));
}

function kindsOf(journal: readonly RawRecord[], address: string): string[] {
  const seq = journal.findIndex((record) => record.k === "started" && record["a"] === address) + 1;
  return journal.filter((record, index) => index + 1 === seq || record["c"] === seq).map((record) => record.k);
}

async function execute<Output>(world: World, system: VirtualSystem, actor: Actor<void, Output>, options: { readonly graceMs?: number } = {}) {
  const life = world.begin({ system, ...options });
  return { life, outcome: await system.runUntil(life.reprise.execute(actor, undefined, { stateId })) };
}

describe("I1: an attempt owns its children", () => {
  test("I1: a child nobody awaits is aborted with the end of its parent, and recorded as cancelled before the parent's outcome", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const child = takes(system, 60_000);
    const { outcome } = await execute(world, system, agent({ name: "work", run: async (_: void, context) => { void context.run(child.actor, 1); await pause(system, 10); return "done"; } }));
    expect(outcome).toMatchObject({ status: "completed", value: "done" });
    expect(system.now()).toBe(10);
    expect(child.reasons).toHaveLength(1);
    expect(child.reasons[0]).toBeInstanceOf(Error);
    expect((await world.journal()).map((record) => record.k)).toEqual(["run", "started", "started", "cancelled", "completed", "checkpoint"]);
  });

  test("I1: children are aborted with the error where the parent fails", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const child = takes(system, 60_000);
    const { outcome } = await execute(world, system, agent({ name: "work", run: async (_: void, context) => { void context.run(child.actor, 1); await pause(system, 10); throw new Error("the reason"); } }));
    expect(outcome).toMatchObject({ status: "failed", error: { cause: { message: "the reason" } } });
    expect(child.reasons).toMatchObject([{ message: "the reason" }]);
  });

  test("I1: a leaf's result that arrives within the grace is recorded", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const child = takes(system, 1_000, { ignoreAbort: true });
    const { outcome } = await execute(world, system, agent({ name: "work", run: async (_: void, context) => { void context.run(child.actor, 1); await pause(system, 10); return "done"; } }), { graceMs: 5_000 });
    expect(outcome).toMatchObject({ status: "completed", value: "done" });
    expect(system.now()).toBe(1_000);
    expect(kindsOf(await world.journal(), "work::takes::tool_call")).toEqual(["started", "completed"]);
  });

  test("I1: so is an agent's", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const child = takes(system, 1_000, { ignoreAbort: true });
    const inner = agent({ name: "inner", run: (_: void, context) => context.run(child.actor, 1) });
    const { outcome } = await execute(world, system, agent({ name: "work", run: async (_: void, context) => { void context.run(inner); await pause(system, 10); return "done"; } }), { graceMs: 5_000 });
    expect(outcome).toMatchObject({ status: "completed", value: "done" });
    expect(kindsOf(await world.journal(), "work::inner::takes::tool_call")).toEqual(["started", "completed"]);
    expect(kindsOf(await world.journal(), "work::inner::agent_call")).toEqual(["started", "completed"]);
  });

  test("I1: a result that comes later is dropped and logged, and nothing of the subtree is appended after the outcome", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const child = takes(system, 60_000, { ignoreAbort: true });
    const life = world.begin({ system, graceMs: 500 });
    const state = await system.runUntil(life.reprise.create({ stateId }));
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(child.actor, 1); await pause(system, 10); return "done"; } });
    expect(await system.runUntil(state.run(work))).toBe("done");
    expect(system.now()).toBe(510);
    const recorded = state.history.lastSeq;
    await system.run();
    expect(system.now()).toBe(60_000);
    expect(state.history.lastSeq).toBe(recorded);
    expect(life.heard.of("log").filter((notice) => notice.code === "LATE_RESULT_DROPPED").map((notice) => notice.address)).toEqual(["work::takes::tool_call"]);
    await system.runUntil(state.close());
  });

  test("I1: when the grace ends, every open descendant gets its cancelled record in the append that holds the outcome", async () => {
    const system = virtualSystem();
    const backend = recordingBackend();
    const child = takes(system, 60_000, { ignoreAbort: true });
    const inner = agent({ name: "inner", run: async (_: void, context) => { await context.map("group", [1, 2], async (item: number, branch) => branch.run(child.actor, item)).catch(() => undefined); await pause(system, 60_000); } });
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(inner); await pause(system, 10); return "done"; } });
    const reprise = createReprise({ system, backend, graceMs: 500 });
    expect(await system.runUntil(reprise.execute(work, undefined, { stateId }))).toMatchObject({ status: "completed", value: "done" });
    const last = backend.appends.at(-1)?.records ?? [];
    expect(last.map((record) => record.k)).toEqual(["cancelled", "cancelled", "cancelled", "cancelled", "cancelled", "cancelled", "completed", "checkpoint"]);
    const journal = backend.appends.flatMap((append) => append.records);
    const cancelled = last.filter((record) => record.k === "cancelled").map((record) => journal[(record["c"] as number) - 1]?.["a"]);
    expect(new Set(cancelled)).toEqual(
      new Set(["work::inner::agent_call", "work::inner::group::group", "work::inner::group{0}::branch", "work::inner::group{1}::branch", "work::inner::group{0}::takes::tool_call", "work::inner::group{1}::takes::tool_call"]),
    );
    await system.run();
    expect(backend.appends.flatMap((append) => append.records)).toHaveLength(journal.length);
  });

  test("I1: abort reaches calls that have not started: their handlers never run", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const child = takes(system, 60_000);
    const late = counter<number>({ name: "late" });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        void context.map("group", [1, 2, 3], async (item: number, branch) => { await branch.run(child.actor, item); return branch.run(late.actor, item); }, { maxWorkers: 1 });
        await pause(system, 10);
        void context.run(late.actor, 99);
        return "done";
      },
    });
    const { outcome } = await execute(world, system, work);
    expect(outcome).toMatchObject({ status: "completed" });
    expect(late.runs).toBe(0);
    expect(child.runs).toBe(1);
    for (const record of await world.journal()) expect(record.k).not.toBe("failed");
  });

  test("I1: after the end its context is revoked: every verb and every write is refused, by run id and address", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const leaf = counter<number>({ name: "leaf" });
    const seen: unknown[] = [];
    const note = (error: { code: string; address: string }): void => void seen.push(`${error.code} ${error.address}`);
    const work = agent({
      name: "work",
      run: (_: void, context) => {
        system.setTimer(100, () => {
          context.run(leaf.actor, 1).catch(note);
          context.try(leaf.actor, 1).catch(note);
          context.map("group", [1], leaf.actor).catch(note);
          try { context.storage.set("key", 1); } catch (error) { note(error as { code: string; address: string }); }
          try { context.storage.add("key", 1); } catch (error) { note(error as { code: string; address: string }); }
        });
        return "done";
      },
    });
    const state = await system.runUntil(world.begin({ system }).reprise.create({ stateId }));
    expect(await system.runUntil(state.run(work))).toBe("done");
    await system.run();
    expect(seen.toSorted()).toEqual(Array.from({ length: 5 }, () => "SCOPE_CLOSED work::agent_call"));
    expect(leaf.runs).toBe(0);
    expect(state.storage.has("key")).toBe(false);
    await system.runUntil(state.close());
  });

  test("I1: a leaf's storage is closed with its attempt", async () => {
    const system = virtualSystem();
    let refused: unknown;
    const leaf = tool({ name: "leaf", run: (_: void, { storage }) => { storage.set("key", "in time"); system.setTimer(10, () => { try { storage.set("key", "late"); } catch (error) { refused = error; } }); } });
    const state = await system.runUntil(createReprise({ system }).create());
    await system.runUntil(state.run(leaf));
    await system.run();
    expect(refused).toMatchObject({ code: "SCOPE_CLOSED", address: "leaf::tool_call" });
    await system.runUntil(state.close());
  });

  test("I1: a revoked context stays revoked deep down: a grandchild's code cannot issue calls while the next attempt runs", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const leaf = counter<string>({ name: "leaf" });
    const zombie: unknown[] = [];
    const deep = agent({ name: "deep", run: async (attempt: number, context) => { await pause(system, 1_000); await context.run(leaf.actor, `deep ${attempt}`).catch((error: { code: string }) => zombie.push(error.code)); } });
    const middle = agent({ name: "middle", run: (attempt: number, context) => context.run(deep, attempt) });
    const work = agent({
      name: "work",
      retry: retry({ maxAttempts: 2, initialDelayMs: 10, jitter: "none" }),
      run: async (_: void, context) => {
        void context.run(middle, context.attempt);
        await pause(system, 5);
        if (context.attempt === 1) throw new Error("by itself");
        await pause(system, 5_000);
        return "done";
      },
    });
    const { outcome } = await execute(world, system, work, { graceMs: 20 });
    expect(outcome).toMatchObject({ status: "completed", value: "done" });
    expect(zombie).toEqual(["SCOPE_CLOSED"]);
    expect(leaf.runs).toBe(1);
    const journal = await world.journal();
    const failedAt = journal.findIndex((record) => record.k === "failed");
    const first = journal.slice(0, failedAt).filter((record) => record.k === "started").map((record) => journal.indexOf(record) + 1);
    expect(journal.slice(failedAt + 1).filter((record) => first.slice(1).includes(record["c"] as number))).toEqual([]);
  });

  test("I1: a call whose outcome is recorded is closed, and never cancelled", async () => {
    const system = virtualSystem();
    const backend = recordingBackend();
    const child = takes(system, 5);
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(child.actor, 1); await pause(system, 10); return "done"; } });
    // The child's outcome is recorded, but not acknowledged yet, when its parent ends.
    backend.hold((append) => append.records.some((record) => record.k === "completed"));
    const ended = createReprise({ system, backend }).execute(work, undefined, { stateId });
    await system.advance(20);
    backend.letGo();
    expect(await system.runUntil(ended)).toMatchObject({ status: "completed", value: "done" });
    expect(kindsOf(backend.appends.flatMap((append) => append.records), "work::takes::tool_call")).toEqual(["started", "completed"]);
    expect(child.reasons).toEqual([]);
  });

  test("I1: the grace is not waited where nothing is open, and 0 means none", async () => {
    const world = createWorld();
    const system = virtualSystem();
    await execute(world, system, agent({ name: "work", run: (_: void, context) => context.run(takes(system, 5).actor, 1) }));
    expect(system.now()).toBe(5);
    const other = createWorld();
    const stubborn = takes(system, 60_000, { ignoreAbort: true });
    await execute(other, system, agent({ name: "work", run: async (_: void, context) => { void context.run(stubborn.actor, 1); await pause(system, 1); } }), { graceMs: 0 });
    expect(system.now()).toBe(6);
  });

  test("I1: no attempt of an agent overlaps the one before: children that end within the grace end before the next begins", async () => {
    const world = createWorld();
    const system = virtualSystem();
    let running = 0;
    let most = 0;
    const child = tool({ name: "child", run: async (attempt: number) => { running += Math.sign(attempt); most = Math.max(most, running); await pause(system, 500); running -= 1; } });
    const work = agent({ name: "work", retry: retry({ maxAttempts: 3, initialDelayMs: 0 }), run: async (_: void, context) => { void context.run(child, context.attempt); await pause(system, 1); if (context.attempt < 3) throw new Error("by itself"); } });
    const { outcome } = await execute(world, system, work);
    expect(outcome.status).toBe("completed");
    expect(most).toBe(1);
  });

  test("I1: ctx.signal of an agent is aborted with the reason when its parent ends", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const reasons: unknown[] = [];
    const inner = agent({ name: "inner", run: async (_: void, context) => { await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => { reasons.push(context.signal.reason); resolve(); })); } });
    await execute(world, system, agent({ name: "work", run: async (_: void, context) => { void context.run(inner); await pause(system, 5); throw new Error("the reason"); } }));
    expect(reasons).toMatchObject([{ message: "the reason" }]);
    expect(system.now()).toBe(5);
  });

  test("I1: on replay a cancelled child is cancelled again without being run", async () => {
    const world = createWorld();
    const system = virtualSystem();
    const child = takes(system, 60_000);
    const point = crashPoint(world.disk);
    const seen: string[] = [];
    const inner = agent({ name: "inner", run: async (_: void, context) => { void context.run(child.actor, 1).catch(() => undefined); await pause(system, 5); return "inner"; } });
    const work = agent({ name: "work", run: async (_: void, context) => { seen.push(await context.run(inner)); await context.run(point.actor, 0); } });
    void world.begin({ system }).reprise.execute(work, undefined, { stateId });
    await system.advance(1_000);
    await point.crashed;
    expect((await system.runUntil(world.resume(work, {}, { system }))).outcome.status).toBe("completed");
    expect(seen).toEqual(["inner", "inner"]);
    expect(child.runs).toBe(1);
  });
});

describe("I1: nothing is left unhandled", () => {
  const bad = tool({ name: "bad", run: async () => { await turns(1); throw new Error("no"); } });
  const leaf = tool({ name: "leaf", run: (value: number) => value });
  // Without a retry provider its configuration cannot be used: the run stops.
  const refused = agent({ name: "refused", run: (_: void, context) => context.run(tool({ name: "configured", retry: { maxAttempts: 2 }, run: () => 1 })) });
  const cases: readonly [name: string, run: Parameters<typeof agent<void>>[0]["run"]][] = [
    ["a child that fails after its parent has ended", (_input, context) => { void context.run(bad); return 1; }],
    ["a child that is cancelled with its parent", async (_input, context) => { void context.run(tool({ name: "hangs", run: (_: void, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) })); await turns(3); return 1; }],
    ["a stubborn child that is dropped after the grace", async (_input, context) => { void context.run(tool({ name: "stubborn", run: () => new Promise(() => undefined) })); await turns(3); return 1; }],
    ["a group that is cancelled with its parent", async (_input, context) => { void context.map("group", [1, 2], async (item: number, branch) => { await branch.run(bad); return item; }); return 1; }],
    ["the losers of a race that fail", async (_input, context) => Promise.race([context.run(leaf, 1), context.run(bad)])],
    ["a try and a group of an ending parent", (_input, context) => { void context.try(bad); void context.map("group", [1], bad as never); return 1; }],
    ["a call on a context that has ended", (_input, context) => { setTimeout(() => void context.run(leaf, 1), 1); return 1; }],
    ["a call whose code stops the run in the turn it begins", async (_input, context) => { void context.run(refused); await context.run(leaf, 1); }],
    ["a parent that fails beside its children", async (_input, context) => { void context.run(bad); void context.map("group", [1, 2], bad as never); throw new Error("by itself"); }],
  ];

  test.each(cases)("I1: no rejection is left unhandled: %s", async (_name, run) => {
    const unhandled = await unhandledDuring(async () => {
      const work = agent({ name: "work", run });
      await createReprise({ graceMs: 10 }).execute(work);
      await new Promise((resolve) => setTimeout(resolve, 10));
    });
    expect(unhandled).toEqual([]);
  });

  test("I1: nor a recorded cancellation that is replayed before the handler has ended again", async () => {
    const quick = tool({ name: "quick", run: (_: void, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });
    const stubborn = tool({ name: "stubborn", run: () => new Promise(() => undefined) });
    const work = agent({ name: "work", run: async (_: void, context) => { void context.run(quick); void context.run(stubborn); await new Promise((resolve) => setTimeout(resolve, 20)); return 1; } });
    const disk = memoryBackend();
    await createReprise({ backend: disk, graceMs: 10 }).execute(work, undefined, { stateId });
    const cancelled = (await journalOf(disk)).findIndex((record) => record.k === "cancelled") + 1;
    const cut = memoryBackend({ from: truncateRun(disk.snapshot(), stateId, cancelled) });
    const unhandled = await unhandledDuring(async () => {
      expect(await createReprise({ backend: cut, graceMs: 10 }).resume(work, stateId)).toMatchObject({ status: "completed", value: 1 });
    });
    expect(unhandled).toEqual([]);
  });

  test("I1: closing a state with open calls leaves nothing unhandled, and ends them with CLOSED", async () => {
    const world = createWorld();
    const hangs = tool({ name: "hangs", run: () => new Promise(() => undefined) });
    const inner = agent({ name: "inner", run: (_: void, context) => context.map("group", [1, 2], hangs as Actor<never, unknown> as Actor<number, unknown>) });
    const unhandled = await unhandledDuring(async () => {
      const state = await world.begin().reprise.create({ stateId });
      void state.run(hangs);
      void state.try(inner);
      const awaited = rejectionOf(state.run(inner));
      await turns();
      await state.close();
      expect(await awaited).toMatchObject({ code: "CLOSED" });
      expect(await rejectionOf(state.run(leaf, 1))).toMatchObject({ code: "CLOSED" });
    });
    expect(unhandled).toEqual([]);
  });
});
