import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, ReplayMode, tool, type ExecutionEvent, type LogNotice, type SessionFacts } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { addOne, counter, multiplyByTwo, recordingSubscriber, virtualSystem } from "../../src/index.ts";
import { crashPoint, createWorld, journalOf, rejectionOf, stateId, turns } from "./support/world.ts";

const texts = (events: readonly ExecutionEvent[]): string[] => events.map(({ seq, status, address, isReplayed }) => `${isReplayed === true ? "old" : "new"} ${seq} ${status} ${address}`);

describe("R1, R6: what is published when a run is replayed", () => {
  test("R1: the seeds' first and fourth tests: what completed is given from the record, and only the new step is published", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend }).create({ stateId });
    expect(await first.run(multiplyByTwo, await first.run(addOne, 5))).toBe(12);
    await first.saveCheckpoint({ status: "paused", metadata: { tags: ["phase2"] } });
    await first.close();
    const heard = recordingSubscriber();
    const state = await createReprise({ backend, subscribers: [heard] }).load(stateId);
    expect(await state.try(addOne, 5)).toMatchObject({ value: 6, replayed: true });
    expect(await state.try(multiplyByTwo, 6)).toMatchObject({ value: 12, replayed: true });
    expect(await state.try(addOne, 12)).toMatchObject({ value: 13, replayed: false });
    await state.close();
    expect(heard.of("event").map(({ status, isReplayed }) => [status, isReplayed])).toEqual([["started", undefined], ["completed", undefined]]);
  });

  test("R6: REPUBLISH_ALL publishes the history once, in order and marked, when the first verb is used, and goes on as NORMAL", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend }).create({ stateId });
    await first.run(multiplyByTwo, await first.run(addOne, 5));
    await first.close();
    const state = await createReprise({ backend }).load(stateId, { mode: ReplayMode.REPUBLISH_ALL });
    const events: ExecutionEvent[] = [];
    await turns(3);
    state.on("event", (event) => void events.push(event));
    expect(await state.try(addOne, 5)).toMatchObject({ value: 6, replayed: true });
    await state.run(multiplyByTwo, 6);
    await state.run(addOne, 12);
    await state.close();
    expect(texts(events)).toEqual([
      "old 2 started add_one::tool_call",
      "old 3 completed add_one::tool_call",
      "old 4 started multiply_by_two::tool_call",
      "old 5 completed multiply_by_two::tool_call",
      "new 7 started add_one#2::tool_call",
      "new 8 completed add_one#2::tool_call",
    ]);
    expect(events[1]).toMatchObject({ value: 6, seq: 3, attempt: 1 });
    expect(Object.isFrozen(events[0])).toBe(true);
  });

  test("R6: a run that is resumed shows its whole course to a subscriber that was not there", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(addOne, 1); await context.run(point.actor, 0); return context.run(multiplyByTwo, 2); } });
    const whole = await world.runUntilCrash(work, undefined, point);
    const { heard, outcome } = await world.resume(work, { mode: "republish_all" });
    expect(outcome).toMatchObject({ status: "completed", value: 4 });
    const plain = heard.of("event").map(({ seq }) => seq);
    expect(plain).toEqual([...new Set(plain)].toSorted((one, other) => one - other));
    expect(heard.of("event").filter(({ isReplayed }) => isReplayed).length).toBeGreaterThanOrEqual(whole.heard.of("event").length);
  });

  test("R6: republish() does only that, as often as it is asked", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend }).create({ stateId });
    await first.run(addOne, 5);
    await first.close();
    const leaf = counter({ name: "add_one" });
    const state = await createReprise({ backend }).load(stateId);
    const events: ExecutionEvent[] = [];
    state.on("event", (event) => void events.push(event));
    state.republish();
    state.republish();
    await state.close();
    expect(texts(events)).toEqual([2, 3, 2, 3].map((seq) => `old ${seq} ${seq === 2 ? "started" : "completed"} add_one::tool_call`));
    expect(leaf.runs).toBe(0);
    expect(() => state.republish()).toThrow(expect.objectContaining({ code: "CLOSED" }));
    expect((await journalOf(backend)).length).toBe(3);
  });

  test("R6, H5: a subscriber that throws or is slower than its queue is long misses nothing, and hurts nobody", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend, durability: "checkpoint" }).create({ stateId });
    for (let index = 0; index < 700; index += 1) await first.run(addOne, index);
    await first.close();
    const state = await createReprise({ backend }).load(stateId, { mode: "republish_all" });
    const seen: string[] = [];
    const faults: LogNotice[] = [];
    state.on("event", async (event) => { if (event.seq % 100 === 0) await turns(1); seen.push(`${event.isReplayed === true ? "old" : "new"} ${event.seq}`); });
    state.on("event", () => { throw new Error("no"); });
    state.on("log", (notice) => void faults.push(notice));
    await state.run(multiplyByTwo, 1);
    await state.close();
    const [before, after] = [seen.filter((text) => text.startsWith("old")), seen.filter((text) => text.startsWith("new"))];
    expect(before).toEqual(Array.from({ length: 1_400 }, (_, index) => `old ${index + 2}`));
    expect(after).toHaveLength(2);
    expect(faults.filter(({ code }) => code === "SUBSCRIBER_FAILED")).toHaveLength(1);
  });
});

describe("A5: aliases", () => {
  test("A5: calls of the new name find the records of the old one, in any scope, and are numbered behind them", async () => {
    const leaf = counter<number>({ name: "fetch" });
    const renamed = counter<number>({ name: "download" });
    const work = (step: typeof leaf, items: readonly number[]) =>
      agent({
        name: "work",
        run: async (_: void, context) => {
          const values: unknown[] = [];
          for (const item of items) values.push(await context.run(step.actor, item));
          values.push(await context.map("pages", items, step.actor));
          values.push(await context.run(agent({ name: "inner", run: async (__: void, inner) => inner.run(step.actor, 9, { key: "k" }) })));
          return values;
        },
      });
    const world = createWorld();
    const point = crashPoint(world.disk);
    const crashing = (step: typeof leaf, items: readonly number[]) => {
      const inner = work(step, items);
      return agent({ name: "root", run: async (_: void, context) => { const values = await context.run(inner); await context.run(point.actor, 0); return [values, await context.run(step.actor, 5), await context.run(step.actor, 6)]; } });
    };
    await world.runUntilCrash(crashing(leaf, [1, 2]), undefined, point);
    expect(leaf.runs).toBe(5);
    const { outcome, heard } = await world.resume(crashing(renamed, [1, 2]), { aliases: { fetch: "download" } });
    expect(outcome).toMatchObject({ status: "completed", value: [[1, 2, [1, 2], 9], 5, 6] });
    expect(renamed.runs).toBe(2);
    expect(heard.of("log").filter(({ code }) => code === "UNVISITED" || code === "ALIAS_UNKNOWN")).toEqual([]);
    expect(heard.of("event").filter(({ type, status }) => type === "tool_call" && status === "started").map(({ address }) => address)).toEqual(["root::crash_point::tool_call", "root::download::tool_call", "root::download#2::tool_call"]);
  });

  test("A5: numbers go on behind the records of the old name", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend }).create({ stateId });
    await first.run(tool({ name: "old", run: (value: number) => value }), 1);
    await first.run(tool({ name: "old", run: (value: number) => value }), 2);
    await first.close();
    const renamed = tool({ name: "new", run: (value: number) => value });
    const state = await createReprise({ backend }).load(stateId, { aliases: { old: "new" } });
    expect(await state.try(renamed, 2)).toMatchObject({ replayed: true, address: "old#2::tool_call" });
    expect(await state.try(renamed, 1)).toMatchObject({ replayed: true, address: "old::tool_call" });
    expect(await state.try(renamed, 1)).toMatchObject({ replayed: false, address: "new#3::tool_call" });
    await state.close();
    // What was recorded under the new name needs no alias, the rest still does.
    const again = await createReprise({ backend }).load(stateId, { aliases: { old: "new" } });
    expect(await again.try(renamed, 2)).toMatchObject({ replayed: true, address: "old#2::tool_call" });
    await again.close();
  });

  test("A5: the root and the steps of a group can be renamed, and a validation finds them too", async () => {
    const backend = memoryBackend();
    const old = agent({ name: "old", run: async (_: void, context) => context.map("pages", [1, 2], addOne) });
    await createReprise({ backend }).execute(old, undefined, { stateId });
    const plusOne = tool({ name: "plus_one", run: (value: number) => value + 1 });
    const now = agent({ name: "now", run: async (_: void, context) => context.map("parts", [1, 2], plusOne) });
    const aliases = { old: "now", pages: "parts", add_one: "plus_one" };
    expect(await createReprise({ backend }).resume(now, stateId, { aliases })).toMatchObject({ status: "completed", value: [2, 3], reuse: { reused: 1, executed: 0 } });
    const { validation } = await createReprise({ backend }).resume(now, stateId, { aliases, mode: "validation" });
    expect(validation).toMatchObject({ ok: true, counts: { same: 6 } });
    expect((await createReprise({ backend }).resume(now, stateId)).status).toBe("failed");
  });

  test("A5: a name that nothing is recorded under is a notice; chains, cycles and what is no name are refused", async () => {
    const backend = memoryBackend();
    await createReprise({ backend }).execute(addOne, 1, { stateId });
    const heard = recordingSubscriber();
    const state = await createReprise({ backend, subscribers: [heard] }).load(stateId, { aliases: { ad_one: "add_one" } });
    await state.close();
    expect(heard.of("log")).toMatchObject([{ code: "ALIAS_UNKNOWN", message: expect.stringContaining('"ad_one"') }]);
    for (const aliases of [{ a: "b", b: "c" }, { a: "b", b: "a" }, { a: "a" }, { a: "" }, { "a::b": "c" }, { a: 1 }, 1, null]) {
      expect([aliases, (await rejectionOf(createReprise({ backend }).load(stateId, { aliases: aliases as never }))).code]).toEqual([aliases, "INVALID_OPTION"]);
    }
    expect((await rejectionOf(createReprise({ backend }).create({ aliases: { a: "b" } } as never))).code).toBe("INVALID_OPTION");
  });
});

describe("S7: the session record and the counts of reuse", () => {
  test("S7: the first append after a load says in which mode the run goes on, what was reused by then and who does it; the end says the total", async () => {
    const system = virtualSystem({ now: 1_000 });
    const world = createWorld();
    const point = crashPoint(world.disk);
    const slow = tool({ name: "slow", run: (value: number) => new Promise<number>((resolve) => void system.setTimer(70, () => resolve(value))) });
    const inner = agent({ name: "inner", run: async (_: void, context) => context.run(slow, 1) });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(inner); await context.run(slow, 2); await context.run(point.actor, 0); return context.run(slow, 3); } });
    const died = world.runUntilCrash(work, undefined, point, { system });
    await system.runUntil(died);
    const session: SessionFacts = { host: "worker-1", pid: 7, gitCommit: "00ff", appVersion: "3.1.4" };
    let asked = 0;
    const life = world.begin({ system, session: () => { asked += 1; return session; } });
    const outcome = await system.runUntil(life.reprise.resume(work, stateId));
    const total = { reused: 2, executed: 2, reentered: 1, savedMs: 140 };
    expect(outcome).toMatchObject({ status: "completed", reuse: total });
    expect(asked).toBe(1);
    const journal = await world.journal();
    expect(journal.filter(({ k }) => k === "session")).toEqual([{ k: "session", at: expect.any(Number), lib: expect.any(String), mode: "normal", by: session, reuse: { reused: 2, executed: 0, reentered: 1, savedMs: 140 } }]);
    expect(journal.at(-1)).toMatchObject({ k: "checkpoint", status: "completed", reuse: total });
  });

  test("S7: the run that begins says nothing of reuse, and a state tells what it has come to so far", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend, session: { host: "a" } }).create({ stateId });
    expect(state.reuse).toEqual({ reused: 0, executed: 0, reentered: 0, savedMs: 0 });
    await state.run(addOne, 1);
    await state.saveCheckpoint({ status: "completed" });
    expect(state.reuse).toEqual({ reused: 0, executed: 1, reentered: 0, savedMs: 0 });
    await state.close();
    expect((await journalOf(backend)).filter(({ k }) => k === "session" || k === "checkpoint").map((record) => Object.keys(record))).toEqual([["k", "at", "status"]]);
  });

  test("S7: a leaf that is tried again counts once; in a validation what ran beside its record is executed, not reused", async () => {
    let tries = 0;
    const flaky = tool({ name: "flaky", retry: { config: null, maxAttempts: 2, decide: ({ failures }) => (failures < 2 ? { retry: true, delayMs: 0 } : { retry: false, reason: "exhausted" }) }, run: () => { tries += 1; if (tries === 1) throw new Error("once"); return 1; } });
    const work = agent({ name: "work", run: async (_: void, context) => context.run(flaky) });
    const backend = memoryBackend();
    expect((await createReprise({ backend }).execute(work, undefined, { stateId })).reuse).toMatchObject({ executed: 1, reused: 0, reentered: 0 });
    expect((await createReprise({ backend }).resume(work, stateId, { mode: "validation" })).reuse).toMatchObject({ executed: 1, reused: 0, reentered: 1 });
    expect((await createReprise({ backend }).resume(work, stateId)).reuse).toMatchObject({ executed: 0, reused: 1, reentered: 0 });
  });

  test("S7: what is no fact of a session is refused, with the name of the option", async () => {
    const backend = memoryBackend();
    await createReprise({ backend }).execute(addOne, 1, { stateId });
    for (const [session, path] of [[{ host: 1 }, "session.host"], [{ pid: "1" }, "session.pid"], [{ gitCommit: {} }, "session.gitCommit"], [() => null, "session"], ["me", "session"]] as const) {
      expect(await rejectionOf((async () => createReprise({ backend, session: session as never }).load(stateId))())).toMatchObject({ code: "INVALID_OPTION", path });
    }
  });
});
