import { agent, createReprise, RepriseError, StateStatus, tool, type Actor, type OpenOptions, type Reprise, type RepriseOptions } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import type { RetryPolicy, StateBackend, System } from "@reprise/core/spi";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, delegateWriter, virtualSystem } from "../../src/index.ts";
import { recordingBackend } from "./support/recording-backend.ts";
import { backendWith, crashPoint, createWorld, journalOf, latch, rejectionOf, stateId, turns } from "./support/world.ts";

const leaf = tool({ name: "leaf", run: (value: number) => value });
const resting = Object.values(StateStatus).filter((status) => status !== "running");

/** A Reprise of another process on the same backend. */
function processOf(backend: StateBackend, options: RepriseOptions = {}): Reprise {
  return createReprise({ ...options, backend });
}

describe("S3: checkpoints", () => {
  test("S3: a checkpoint is a record and an entry of the index; its seq is given once it is durable", async () => {
    const backend = recordingBackend("power");
    const state = await createReprise({ backend }).create({ stateId, metadata: { pipelineName: "audit", tags: ["a"], owner: "me" } });
    await state.run(leaf, 1);
    const seq = await state.saveCheckpoint({ metadata: { owner: "you", depth: 2n } });
    expect(seq).toBe(4);
    expect(backend.appends.at(-1)).toMatchObject({ acknowledged: true, records: [{ k: "checkpoint", status: "running" }] });
    expect([undefined, "power"]).toContain(backend.appends.at(-1)?.options.durability);
    expect(state.metadata).toEqual({ pipelineName: "audit", tags: ["a"], owner: "you", depth: 2n });
    expect(await backend.head(stateId)).toMatchObject({ status: "running", pipelineName: "audit", tags: ["a"], lease: "live", lastSeq: 4 });
    await state.close();
  });

  test("S3: metadata merges shallowly, tags replace, createdAt never changes, also over loads", async () => {
    const system = virtualSystem({ now: 1_000 });
    const backend = memoryBackend();
    const reprise = createReprise({ backend, system });
    const state = await system.runUntil(reprise.create({ stateId, metadata: { pipelineName: "audit", tags: ["a", "b"], nested: { x: 1, y: 2 } } }));
    await system.advance(500);
    await system.runUntil(state.saveCheckpoint({ metadata: { tags: ["c"], nested: { x: 9 } } }));
    await system.runUntil(state.close());
    await system.advance(500);
    const again = await system.runUntil(createReprise({ backend, system }).load(stateId));
    expect(again.metadata).toEqual({ pipelineName: "audit", tags: ["c"], nested: { x: 9 } });
    expect(again.createdAt).toBe(1_000);
    await system.runUntil(again.saveCheckpoint({ status: "paused", metadata: { parentStateId: "parent", tags: [] } }));
    expect(await backend.head(stateId)).toMatchObject({ createdAt: 1_000, updatedAt: 2_000, tags: [], parentStateId: "parent", pipelineName: "audit", status: "paused", lease: "none" });
    expect(again.createdAt).toBe(1_000);
    await system.runUntil(again.close());
  });

  test.each(resting)('S3: a checkpoint with the resting status "%s" gives the lease back, and the next verb takes it again', async (status) => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    await state.run(leaf, 1);
    await state.saveCheckpoint({ status });
    expect(state.status).toBe(status);
    expect(await backend.head(stateId)).toMatchObject({ status, lease: "none" });
    const writer = await backend.acquire(stateId, { owner: "somebody", create: "never" });
    await writer.release();
    // Taken and given back without a record: the journal has not moved, whatever the epoch is.
    expect(await state.run(leaf, 2)).toBe(2);
    expect(await backend.head(stateId)).toMatchObject({ lease: "live", lastSeq: 7 });
    await state.saveCheckpoint({ status });
    expect(await backend.head(stateId)).toMatchObject({ status, lease: "none" });
    await state.close();
  });

  test("S3: a run that goes on after a resting status is running again, also for those who list it and those who load it", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    await state.saveCheckpoint({ status: "failed" });
    await state.run(leaf, 1);
    expect(state.status).toBe("running");
    expect(await backend.head(stateId)).toMatchObject({ status: "running", lease: "live" });
    backend.abandon(stateId);
    const loaded = await createReprise({ backend }).load(stateId);
    expect(loaded.status).toBe("running");
    await loaded.run(tool({ name: "other", run: () => 2 }));
    expect((await journalOf(backend)).filter((record) => record.k === "session").map((record) => record["opening"])).toEqual([undefined, undefined]);
    await loaded.close();
  });

  test("S3: a call made while a resting checkpoint is on its way keeps the lease", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    const paid = latch();
    const pay = tool({ name: "pay", run: () => paid.promise });
    const checkpoint = state.saveCheckpoint({ status: "paused" });
    const open = state.run(pay);
    await checkpoint;
    expect(await rejectionOf(createReprise({ backend }).load(stateId))).toMatchObject({ code: "LEASE_HELD" });
    paid.open();
    await open;
    await state.close();
  });

  test("S3: a verb that comes while the lease is being given back takes it again", async () => {
    const inner = memoryBackend();
    const given = latch();
    const slow: StateBackend = { ...inner, acquire: async (id, options) => { const writer = await inner.acquire(id, options); return delegateWriter(writer, { release: () => given.promise.then(() => writer.release()) }); } };
    const state = await createReprise({ backend: slow }).create({ stateId });
    const checkpoint = state.saveCheckpoint({ status: "paused" });
    await turns(5);
    const verb = state.run(leaf, 1);
    given.open();
    await checkpoint;
    expect(await verb).toBe(1);
    await state.close();
  });

  test("S3: verbs close behind one another take a resting run's lease together, in order", async () => {
    for (let microtasks = 0; microtasks < 40; microtasks += 1) {
      const state = await createReprise({ backend: memoryBackend() }).create({ stateId });
      await state.saveCheckpoint({ status: "paused" });
      const first = state.run(leaf, 1);
      for (let index = 0; index < microtasks; index += 1) await Promise.resolve();
      expect(await Promise.all([first, state.run(leaf, 2)])).toEqual([1, 2]);
      await state.close();
    }
  });

  test("S3: a run without a backend goes on after a resting status", async () => {
    const state = await createReprise().create();
    await state.saveCheckpoint({ status: "paused" });
    expect(await state.run(leaf, 2)).toBe(2);
    await state.close();
  });

  test("S3: a run that is damaged can be deleted", async () => {
    const backend = memoryBackend();
    const writer = await backend.acquire(stateId, { owner: "somebody", create: "must" });
    await writer.append([new TextEncoder().encode("no record")], { expect: 0 });
    await writer.release();
    const reprise = createReprise({ backend });
    expect(await rejectionOf(reprise.load(stateId))).toMatchObject({ code: "CORRUPT" });
    await reprise.delete(stateId);
    expect(await reprise.head(stateId)).toBeUndefined();
  });

  test("S3: a resting status with open calls is an error, the calls go on, and nothing is recorded", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    const slow = tool({ name: "slow", run: async () => { await turns(20); return "done"; } });
    const call = state.run(slow);
    await turns();
    for (const status of resting) expect(await rejectionOf(state.saveCheckpoint({ status }))).toMatchObject({ code: "CALLS_OPEN", stateId });
    await state.saveCheckpoint({ metadata: { fine: true } });
    expect(await call).toBe("done");
    expect((await journalOf(backend)).filter((record) => record.k === "checkpoint")).toHaveLength(1);
    await state.close();
  });

  test("S3: if the journal has moved, the next verb gives the lease back and throws FencedError", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    const counted = counter<number>({ name: "counted" });
    await state.run(counted.actor, 1);
    await state.saveCheckpoint({ status: "paused" });
    const other = await processOf(backend).load(stateId);
    await other.run(leaf, 5);
    await other.close();
    const before = await journalOf(backend);
    expect(await rejectionOf(state.run(counted.actor, 2))).toMatchObject({ code: "FENCED", stateId });
    expect(counted.runs).toBe(1);
    expect(await journalOf(backend)).toEqual(before);
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
    expect(await rejectionOf(state.run(counted.actor, 3))).toMatchObject({ code: "FENCED" });
    await state.close();
  });

  test("S3: while somebody else has the run, the verb of a resting handle says who", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    await state.saveCheckpoint({ status: "paused" });
    const other = await processOf(backend, { system: virtualSystem() }).load(stateId);
    expect(await rejectionOf(state.run(leaf, 1))).toMatchObject({ code: "LEASE_HELD", owner: "virtual:1" });
    await other.close();
    await state.close();
  });

  test.each(["running", "paused", "completed"] as const)("S3: a load in the same process takes over the lease of an idle handle (status %s)", async (status) => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const first = await reprise.create({ stateId });
    await first.run(leaf, 1);
    first.storage.set("buffered", 1);
    await first.saveCheckpoint({ status });
    if (status === "running") first.storage.set("later", 2);
    const second = await reprise.load(stateId);
    expect(await second.run(leaf, 1)).toBe(1);
    expect(await second.run(leaf, 2)).toBe(2);
    expect(second.storage.get("buffered")).toBe(1);
    if (status === "running") expect(second.storage.get("later")).toBe(2);
    expect(await rejectionOf(first.run(leaf, 3))).toMatchObject({ code: expect.stringMatching(/LEASE_HELD|FENCED/u) });
    await first.close();
    expect(await second.run(leaf, 3)).toBe(3);
    await second.close();
  });

  test("S3: a handle with open calls is not taken over in the same process", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const first = await reprise.create({ stateId });
    const slow = tool({ name: "slow", run: async () => { await turns(20); return "done"; } });
    const call = first.run(slow);
    expect(await rejectionOf(reprise.load(stateId))).toMatchObject({ code: "LEASE_HELD", stateId });
    expect(await call).toBe("done");
    const second = await reprise.load(stateId);
    expect(await second.run(slow)).toBe("done");
    await second.close();
    await first.close();
  });

  test("S3: two loads at the same time in one process do not both get the run", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    await (await reprise.create({ stateId })).close();
    const loads = await Promise.allSettled([reprise.load(stateId), reprise.load(stateId)]);
    const states = loads.filter((result) => result.status === "fulfilled").map((result) => result.value);
    expect(states.length).toBeGreaterThan(0);
    const results = await Promise.allSettled(states.map((state, index) => state.run(leaf, index)));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    await Promise.all(states.map((state) => state.close()));
  });

  test("S3: a resting handle can be closed, and its run deleted", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    await state.saveCheckpoint({ status: "paused" });
    await state.close();
    await state.close();
    await reprise.delete(stateId);
    expect(await reprise.head(stateId)).toBeUndefined();
    expect(await rejectionOf(reprise.load(stateId))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rejectionOf(reprise.delete(stateId))).toMatchObject({ code: "NOT_FOUND" });
    await (await reprise.create({ stateId })).close();
  });

  test("S3: await using closes a state", async () => {
    const backend = memoryBackend();
    {
      await using state = await createReprise({ backend }).create({ stateId });
      await state.run(leaf, 1);
      expect(await backend.head(stateId)).toMatchObject({ lease: "live" });
    }
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
  });

  test("S3: execute leaves its status behind, completed or failed, and a resumed run is running meanwhile", async () => {
    const backend = memoryBackend();
    const during: unknown[] = [];
    let broken = true;
    const looks = tool({ name: "looks", run: async () => { during.push((await backend.head(stateId))?.status); if (broken) throw new Error("no"); } });
    expect((await createReprise({ backend }).execute(looks, undefined, { stateId })).status).toBe("failed");
    expect(await backend.head(stateId)).toMatchObject({ status: "failed", lease: "none" });
    broken = false;
    expect((await processOf(backend).resume(looks, stateId)).status).toBe("completed");
    expect(await backend.head(stateId)).toMatchObject({ status: "completed", lease: "none" });
    expect(during).toEqual(["running", "running"]);
  });
});

describe("S4: list", () => {
  async function filled(): Promise<Reprise> {
    const system = virtualSystem();
    const reprise = createReprise({ backend: memoryBackend({ system }), system });
    for (const [index, metadata] of [{ tags: ["a", "b"], pipelineName: "one" }, { tags: ["a"], pipelineName: "two", parentStateId: "p" }, { tags: ["c"] }, {}].entries()) {
      const state = await system.runUntil(reprise.create({ stateId: `run-${index}`, metadata }));
      if (index === 1) await system.runUntil(state.saveCheckpoint({ status: "paused" }));
      await system.runUntil(state.close());
      await system.advance(1_000);
    }
    return reprise;
  }

  test.each([
    [{}, ["run-3", "run-2", "run-1", "run-0"]],
    [{ tags: ["a"] }, ["run-1", "run-0"]],
    [{ tags: ["a", "b"] }, ["run-0"]],
    [{ anyTag: ["b", "c"] }, ["run-2", "run-0"]],
    [{ status: ["paused"] as const }, ["run-1"]],
    [{ status: ["paused", "running"] as const }, ["run-3", "run-2", "run-1", "run-0"]],
    [{ pipelineName: "two" }, ["run-1"]],
    [{ parentStateId: "p" }, ["run-1"]],
    [{ createdAfter: 1_000 }, ["run-3", "run-2"]],
    [{ tags: ["a"], status: ["running"] as const }, ["run-0"]],
    [{ tags: ["none"] }, []],
  ])("S4: list(%j)", async (query, expected) => {
    expect((await (await filled()).list(query)).rows.map((row) => row.stateId)).toEqual(expected);
  });

  test("S4: pages continue behind the cursor, also when runs come and go meanwhile", async () => {
    const reprise = await filled();
    const first = await reprise.list({ limit: 2 });
    expect(first.rows.map((row) => row.stateId)).toEqual(["run-3", "run-2"]);
    await reprise.delete("run-2");
    const second = await reprise.list({ limit: 2, ...(first.next !== undefined && { cursor: first.next }) });
    expect(second.rows.map((row) => row.stateId)).toEqual(["run-1", "run-0"]);
    expect(second.next).toBeUndefined();
  });

  test("S4: a dead run is not shown as running: its lease is stale until somebody resumes it", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const work = agent({ name: "work", run: (_: void, context) => context.run(point.actor, 0) });
    await world.runUntilCrash(work, undefined, point, {});
    const { reprise } = world.begin();
    expect((await reprise.list({ status: ["running"] })).rows).toMatchObject([{ stateId, status: "running", lease: "stale" }]);
    await world.resume(work);
    expect((await reprise.list()).rows).toMatchObject([{ stateId, status: "completed", lease: "none" }]);
  });

  test("S4: a run that is being executed is live, without a journal being read", async () => {
    const inner = memoryBackend();
    let reads = 0;
    const backend: StateBackend = { ...inner, read: (...parameters) => { reads += 1; return inner.read(...parameters); } };
    const state = await createReprise({ backend }).create({ stateId, metadata: { tags: ["a"] } });
    expect((await processOf(backend).list({ tags: ["a"] })).rows).toMatchObject([{ stateId, lease: "live" }]);
    expect(reads).toBe(0);
    await state.close();
  });
});

describe("S6: versions", () => {
  test("S6: the first record carries the schema version", async () => {
    const world = createWorld();
    await (await world.begin().reprise.create({ stateId })).close();
    expect((await world.journal())[0]).toMatchObject({ k: "run", v: 1, id: stateId });
  });

  test("S6: a newer version is refused clearly, and the lease is given back", async () => {
    const backend = await backendWith([{ k: "run", at: 1, v: 99, id: stateId, future: true }, { k: "hologram", at: 2 }]);
    const error = await rejectionOf(createReprise({ backend }).load(stateId));
    expect(error).toMatchObject({ code: "INCOMPATIBLE", stateId });
    expect(error.message).toMatch(/99/u);
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
  });

  const run = { k: "run", at: 1, v: 1, id: stateId };
  test.each([
    ["no JSON", [run, "{"]],
    ["no record", [run, { k: "unknown", at: 1 }]],
    ["a record without its fields", [run, { k: "completed", at: 1 }]],
    ["a record with a field too many", [run, { k: "session", at: 1, lib: "1", surprise: 1 }]],
    ["a record of a call that is not there", [run, { k: "completed", at: 1, c: 7 }]],
    ["an address that is none", [run, { k: "started", at: 1, a: "nonsense" }]],
    ["null", [run, "null"]],
    ["no run record at the beginning", [{ k: "session", at: 1, lib: "1" }]],
    ["a second run record", [run, run]],
    ["another run's journal", [{ ...run, id: "another" }]],
  ])("S6: garbage is CORRUPT: %s", async (_name, records) => {
    const backend = await backendWith(records);
    expect(await rejectionOf(createReprise({ backend }).load(stateId))).toMatchObject({ code: "CORRUPT", stateId });
    expect(await rejectionOf(createReprise({ backend }).execute(leaf, 1, { stateId }))).toMatchObject({ code: "CORRUPT" });
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
  });

  test("S6: a value that cannot be decoded is a typed error that names the run's trouble, and costs no other call", async () => {
    const backend = await backendWith([run, { k: "started", at: 1, a: "leaf::tool_call", i: 1 }, { k: "completed", at: 1, c: 2, v: { $unknown: 1 } }]);
    const state = await createReprise({ backend }).load(stateId);
    const outcome = await Promise.race([rejectionOf(state.run(leaf, 1)), turns(50).then(() => "hangs")]);
    expect(outcome).toMatchObject({ code: "NOT_DECODABLE" });
    await state.close();
  });
});

describe("S6: whatever handlers and policies give, the journal can be read again", () => {
  const policy = (delayMs: number, maxAttempts: number): RetryPolicy => ({ config: {}, maxAttempts, decide: ({ failures }) => (failures < 2 ? { retry: true, delayMs } : { retry: false, reason: "exhausted" }) });
  const flaky = (policyOfIt: RetryPolicy) => { let runs = 0; return tool({ name: "flaky", retry: policyOfIt, run: () => { runs += 1; if (runs === 1) throw new Error("once"); return runs; } }); };
  const aborted = tool({ name: "aborted", run: (_: void, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))) });

  test.each<[string, Actor<void, unknown>]>([
    ["a policy without a limit", flaky(policy(0, Number.POSITIVE_INFINITY))],
    ["a policy with a negative delay", flaky(policy(-1, 3))],
    ["an error whose message is no text, over an open child", agent({ name: "odd", run: async (_: void, context) => { context.run(aborted).catch(() => undefined); await turns(3); throw Object.assign(new Error("odd"), { message: { code: 7 } }); } })],
    ["a sum beyond the largest number", agent({ name: "sums", run: (_: void, context) => context.map("group", [1, 2], (item: number, branch) => { branch.storage.add("sum", Number.MAX_VALUE); return item; }) })],
  ])("S6: %s", async (_name, actor) => {
    const backend = memoryBackend();
    await createReprise({ backend, graceMs: 10 }).execute(actor, undefined, { stateId });
    await (await createReprise({ backend }).load(stateId)).close();
  });
});

describe("S7: sessions", () => {
  test("S7: the first append after a load, and the first after a resting status, carries one session record; a created run has none", async () => {
    const world = createWorld();
    const first = await world.begin().reprise.create({ stateId });
    await first.run(leaf, 1);
    await first.close();
    const second = await world.begin().reprise.load(stateId);
    await second.run(leaf, 1);
    expect((await world.journal()).map((record) => record.k)).toEqual(["run", "started", "completed"]);
    await second.run(leaf, 2);
    await second.run(leaf, 3);
    await second.saveCheckpoint({ status: "paused" });
    await second.run(leaf, 4);
    await second.close();
    const journal = await world.journal();
    expect(journal.map((record) => record.k)).toEqual(["run", "started", "completed", "session", "started", "completed", "started", "completed", "checkpoint", "session", "started", "completed"]);
    expect(journal[3]).toMatchObject({ lib: expect.stringMatching(/^\d+\.\d+\.\d+/u), at: expect.any(Number) });
  });

  test("S7: it rides in the append of the first record, also where that is a write to the storage", async () => {
    const backend = recordingBackend();
    await (await createReprise({ backend }).create({ stateId })).close();
    const loaded = await processOf(backend).load(stateId);
    loaded.storage.set("key", 1);
    await loaded.run(leaf, 1);
    await loaded.close();
    expect(backend.appends.map((append) => append.records.map((record) => record.k))).toEqual([["run"], ["session", "storage", "started"], ["completed"]]);
  });

  test("S7: what is loaded and only read leaves no trace", async () => {
    const world = createWorld();
    await (await world.begin().reprise.create({ stateId })).close();
    const before = await world.journal();
    const loaded = await world.begin().reprise.load(stateId);
    expect(loaded.history.calls()).toEqual([]);
    await loaded.close();
    expect(await world.journal()).toEqual(before);
  });
});

describe("S3: two processes", () => {
  test("S3: a run that is held is refused with its holder, by every way of opening it", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend, system: virtualSystem() }).create({ stateId });
    const other = processOf(backend);
    for (const open of [() => other.load(stateId), () => other.execute(leaf, 1, { stateId }), () => other.resume(leaf, stateId), () => other.delete(stateId)]) {
      expect(await rejectionOf(open())).toMatchObject({ name: "LeaseHeldError", code: "LEASE_HELD", stateId, owner: "virtual:1" });
    }
    await state.close();
  });

  test("S3: waitMs waits for the holder, and a signal ends that wait", async () => {
    const backend = memoryBackend();
    const first = await createReprise({ backend }).create({ stateId });
    const waiting = processOf(backend).load(stateId, { waitMs: 10_000 });
    await turns();
    await first.close();
    const second = await waiting;
    const controller = new AbortController();
    const impatient = rejectionOf(processOf(backend).load(stateId, { waitMs: 10_000, signal: controller.signal }));
    controller.abort(new Error("enough"));
    expect((await impatient).message).toMatch(/enough|abort/iu);
    await second.close();
  });

  test("S3: the one who was taken over records nothing more, and its run ends with FENCED", async () => {
    const backend = memoryBackend();
    const point = { reached: false };
    const slow = tool({ name: "slow", run: async () => { point.reached = true; await turns(20); return "old"; } });
    const outcome = createReprise({ backend }).execute(slow, undefined, { stateId });
    while (!point.reached) await turns(1);
    backend.abandon(stateId);
    expect(await processOf(backend).resume(tool({ name: "slow", run: () => "new" }), stateId)).toMatchObject({ status: "completed", value: "new" });
    expect(await outcome).toMatchObject({ status: "failed", error: { code: expect.stringMatching(/FENCED|LEASE_LOST/u) } });
    expect((await journalOf(backend)).filter((record) => record.k === "completed")).toMatchObject([{ v: "new" }]);
  });

  test("S3: close gives the lease back even while calls are open, and ends them", async () => {
    const backend = memoryBackend();
    const reprise = createReprise({ backend });
    const state = await reprise.create({ stateId });
    const hangs = tool({ name: "hangs", run: () => new Promise(() => undefined) });
    const call = rejectionOf(state.run(hangs));
    await turns();
    await state.close();
    expect(await call).toMatchObject({ code: "CLOSED" });
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
    await reprise.close();
    await reprise.close();
  });
});

describe("bad input is refused by name, rule and value", () => {
  const backend = memoryBackend();
  const ok = createReprise({ backend });
  const system: System = virtualSystem();
  // What a caller without types can pass.
  const invalid = (value: unknown): never => value as never;

  test.each<[string, RepriseOptions, string]>([
    ["null", invalid(null), "options"],
    ["maxLost 0", { maxLost: 0 }, "maxLost"],
    ["maxLost 1.5", { maxLost: 1.5 }, "maxLost"],
    ["graceMs -1", { graceMs: -1 }, "graceMs"],
    ["graceMs text", { graceMs: invalid("5") }, "graceMs"],
    ["durability", { durability: invalid("disk") }, "durability"],
    ["requires.durability", { requires: { durability: invalid("disk") } }, "requires.durability"],
    ["requires.exclusion", { requires: { exclusion: invalid("world") } }, "requires.exclusion"],
    ["onInputChange", { onInputChange: invalid("maybe") }, "onInputChange"],
    ["onVersionChange", { onVersionChange: invalid("maybe") }, "onVersionChange"],
    ["onUnknownOutcome", { onUnknownOutcome: invalid("maybe") }, "onUnknownOutcome"],
    ["a backend that is none", { backend: invalid({}) }, "backend"],
    ["a retry configuration instead of a provider", { retry: invalid({ maxAttempts: 3 }) }, "retry"],
    ["a policy instead of a provider", { retry: invalid(retry()) }, "retry"],
    ["subscribers that are no list", { subscribers: invalid({}) }, "subscribers"],
    ["a subscriber without attach", { subscribers: [invalid({})] }, "subscribers"],
    ["a system that is none", { system: invalid({}) }, "system"],
    ["codec extensions", { codec: invalid({ extensions: 5 }) }, "codec"],
    ["an option that there is not", invalid({ backends: memoryBackend() }), "backends"],
  ])("createReprise: %s", (_name, options, path) => {
    expect(() => createReprise(options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: expect.stringContaining(path) }));
  });

  test("createReprise: more than the backend has is UNSUPPORTED", () => {
    for (const options of [{ durability: "power" }, { requires: { durability: "process" } }, { requires: { exclusion: "host" } }] as const) {
      expect(() => createReprise({ backend, ...options })).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
    }
  });

  test.each<[string, OpenOptions, string]>([
    ["null", invalid(null), "options"],
    ["onInputChange", { onInputChange: invalid("maybe") }, "onInputChange"],
    ["allowRepeat text", { allowRepeat: invalid("work::pay::tool_call") }, "allowRepeat"],
    ["allowRepeat numbers", { allowRepeat: invalid([5]) }, "allowRepeat"],
    ["waitMs", { waitMs: -1 }, "waitMs"],
    ["waitMs text", { waitMs: invalid("5") }, "waitMs"],
    ["a signal that is none", { signal: invalid({}) }, "signal"],
    ["an option that there is not", invalid({ id: "run-1" }), "id"],
  ])("opening: %s", async (_name, options, path) => {
    await (await ok.create({ stateId: `opening ${_name}` })).close();
    for (const open of [() => ok.load(`opening ${_name}`, options), () => ok.execute(leaf, 1, options), () => ok.resume(leaf, `opening ${_name}`, options), () => ok.create(options)]) {
      expect(await rejectionOf(open())).toMatchObject({ code: "INVALID_OPTION", path: expect.stringContaining(path) });
    }
  });

  test.each<{ readonly id: unknown }>([{ id: "" }, { id: 5 }, { id: null }])("a state id of $id", async ({ id }) => {
    for (const use of [() => ok.load(invalid(id)), () => ok.execute(leaf, 1, { stateId: invalid(id) }), () => ok.resume(leaf, invalid(id)), () => ok.create({ stateId: invalid(id) }), () => ok.head(invalid(id)), () => ok.delete(invalid(id))]) {
      expect(await rejectionOf((async () => use())())).toMatchObject({ code: expect.stringMatching(/INVALID_OPTION|INVALID_ID/u) });
    }
  });

  test.each<[string, unknown]>([["text", "x"], ["tags", { tags: "a" }], ["tags of numbers", { tags: [1] }], ["pipelineName", { pipelineName: 5 }], ["parentStateId", { parentStateId: {} }], ["a cut tag", { tags: ["t\ud83d"] }], ["a cut pipelineName", { pipelineName: "cut \ud83d" }], ["a cut parentStateId", { parentStateId: "\udc00" }], ["null", null]])("metadata: %s", async (_name, metadata) => {
    expect(await rejectionOf(ok.create({ metadata: invalid(metadata) }))).toMatchObject({ code: "INVALID_OPTION", path: expect.stringContaining("metadata") });
    await using state = await ok.create();
    expect(await rejectionOf(state.saveCheckpoint({ metadata: invalid(metadata) }))).toMatchObject({ code: "INVALID_OPTION", path: expect.stringContaining("metadata") });
  });

  test("metadata that cannot be recorded is refused with its path, and the run is not created", async () => {
    expect(await rejectionOf(ok.create({ stateId: "unrecordable", metadata: { socket: () => 1 } }))).toMatchObject({ code: "NOT_ENCODABLE", path: "metadata.socket" });
    await (await ok.create({ stateId: "unrecordable" })).close();
  });

  test("saveCheckpoint: a status that is none", async () => {
    await using state = await ok.create();
    expect(await rejectionOf(state.saveCheckpoint({ status: invalid("sleeping") }))).toMatchObject({ code: "INVALID_OPTION", path: "status" });
    expect(await rejectionOf(state.saveCheckpoint(invalid(null)))).toMatchObject({ code: "INVALID_OPTION" });
    expect(await state.run(leaf, 1)).toBe(1);
  });

  test.each<[string, unknown, string]>([
    ["null", null, "options"],
    ["key 5", { key: 5 }, "key"],
    ["an empty key", { key: "" }, "key"],
    ["attemptTimeoutMs 0", { attemptTimeoutMs: 0 }, "attemptTimeoutMs"],
    ["timeoutMs NaN", { timeoutMs: Number.NaN }, "timeoutMs"],
    ["timeoutMs Infinity", { timeoutMs: Number.POSITIVE_INFINITY }, "timeoutMs"],
    ["retry true", { retry: true }, "retry"],
    ["retry 3", { retry: 3 }, "retry"],
    ["onInputChange", { onInputChange: "maybe" }, "onInputChange"],
  ])("run and try: %s; the run goes on", async (_name, options, path) => {
    await using state = await ok.create();
    for (const verb of [state.run, state.try] as const) {
      expect(await rejectionOf(verb(leaf, 1, invalid(options)))).toMatchObject({ code: "INVALID_OPTION", path });
    }
    expect(await state.run(leaf, 1)).toBe(1);
    expect(state.history.calls()).toHaveLength(1);
  });

  test.each([undefined, null, {}, "leaf", () => 1])("an actor of %j", async (actor) => {
    await using state = await ok.create();
    for (const use of [() => state.run(invalid(actor)), () => state.try(invalid(actor)), () => ok.execute(invalid(actor)), () => ok.resume(invalid(actor), "any")]) {
      const error = await rejectionOf(use().then((value) => { if (typeof value === "object" && value !== null && "error" in value) throw value.error; }));
      expect(error).toMatchObject({ code: expect.stringMatching(/INVALID_OPTION|NOT_FOUND/u) });
    }
  });

  test.each<[string, unknown, unknown, unknown, string]>([
    ["items that are no list", { length: 2 }, leaf, {}, "items"],
    ["items that are text", "ab", leaf, {}, "items"],
    ["work that is none", [1], {}, {}, "actor"],
    ["maxWorkers 0", [1], leaf, { maxWorkers: 0 }, "maxWorkers"],
    ["maxWorkers 1.5", [1], leaf, { maxWorkers: 1.5 }, "maxWorkers"],
    ["maxWorkers Infinity", [1], leaf, { maxWorkers: Number.POSITIVE_INFINITY }, "maxWorkers"],
    ["errors", [1], leaf, { errors: "ignore" }, "errors"],
    ["key", [1], leaf, { key: "id" }, "key"],
    ["options null", [1], leaf, null, "options"],
  ])("map: %s; the run goes on", async (_name, items, work, options, path) => {
    await using state = await ok.create();
    expect(await rejectionOf(state.map("group", invalid(items), invalid(work), invalid(options)))).toMatchObject({ code: "INVALID_OPTION", path });
    expect(await state.map("group", [1], leaf)).toEqual([1]);
    expect(state.history.calls()).toHaveLength(3);
  });

  test("map: a hole among the items is refused with its place", async () => {
    await using state = await ok.create();
    // oxlint-disable-next-line no-sparse-arrays -- the point
    expect(await rejectionOf(state.map("group", [1, , 3] as number[], leaf))).toMatchObject({ code: "NOT_ENCODABLE", path: "items[1]" });
  });

  test("on: a topic or handler that is none", async () => {
    await using state = await ok.create();
    expect(() => state.on(invalid("evnt"), () => undefined)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "topic" }));
    expect(() => state.on("event", invalid(5))).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "handler" }));
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "definition"],
    ["null", null, "definition"],
    ["a name of 5", { name: 5, run: () => 1 }, "name"],
    ["no run", { name: "x" }, "run"],
    ["a schema that is none", { name: "x", input: {}, run: () => 1 }, "input"],
    ["a version of 2", { name: "x", version: 2, run: () => 1 }, "version"],
    ["repeatable text", { name: "x", repeatable: "no", run: () => 1 }, "repeatable"],
    ["retryChildren", { name: "x", retryChildren: "maybe", run: () => 1 }, "retryChildren"],
    ["timeoutMs text", { name: "x", timeoutMs: "1s", run: () => 1 }, "timeoutMs"],
    ["retry true", { name: "x", retry: true, run: () => 1 }, "retry"],
    ["an option that there is not", { name: "x", repeatible: false, run: () => 1 }, "repeatible"],
    ["an option of nobody's", { name: "x", toString: 1, run: () => 1 }, "toString"],
  ])("a definition with %s", (_name, definition, path) => {
    expect(() => agent(invalid(definition))).toThrow(expect.objectContaining({ code: expect.stringMatching(/INVALID_DEFINITION|INVALID_OPTION/u), path }));
  });

  test("messages say what was received", () => {
    expect(() => createReprise({ maxLost: invalid("many") })).toThrow(/maxLost.*whole number.*"many"/u);
    expect(() => tool({ name: "x", timeoutMs: -5, run: () => 1 })).toThrow(/timeoutMs.*positive.*-5/u);
  });

  test("an id that is taken is ALREADY_EXISTS, one that is not there NOT_FOUND", async () => {
    await (await ok.create({ stateId: "taken" })).close();
    expect(await rejectionOf(ok.create({ stateId: "taken" }))).toMatchObject({ code: "ALREADY_EXISTS" });
    expect(await rejectionOf(ok.load("absent"))).toMatchObject({ code: "NOT_FOUND" });
    expect((await rejectionOf(ok.load("absent"))) instanceof RepriseError).toBe(true);
    expect(await ok.resume(leaf, "taken")).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
  });

  test("without a backend a run cannot be loaded again, and says so", async () => {
    const reprise = createReprise({ system });
    expect(await rejectionOf(reprise.load("any"))).toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("without a backend") });
  });
});

test("S3: a checkpoint that a handle is asked for before it is closed is stored, and says so", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const state = await reprise.create({ stateId });
  const saved = state.saveCheckpoint({ metadata: { note: "last" } });
  await state.close();
  expect(await saved).toBe((await reprise.checkpoints(stateId)).at(-1)?.seq);
  expect((await reprise.snapshot(stateId)).metadata).toEqual({ note: "last" });
});
