import { agent, createCodec, createReprise, diffToText, isRepriseError, statisticsOf, tool, type Actor, type StateSnapshot } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { flaky } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { crashPoint, createWorld, rejectionOf, stateId } from "./support/world.ts";

// How to know that it works: runs with calls of every kind and fate are queried and counted, live and after another process
// has read them from its disk, and both give what was counted by hand. A snapshot made at some moment is compared with the
// one that is made later of the same position, by the same process and by another one, while a third holds the lease.

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });

/** Four leaves that complete (one with its third attempt), one that is exhausted, in an agent and a group. */
function report(): Actor<void, unknown> {
  const fetch = tool({ name: "fetch", run: (page: number) => `page ${page}` });
  const busy = flaky(2, { name: "busy", retry: quick });
  const broken = tool({ name: "broken", retry: quick, run: (): string => { throw new Error("no"); } });
  return agent({
    name: "report",
    run: async (_: void, context) => {
      await context.map("pages", [1, 2], fetch);
      await context.run(busy, "x");
      await context.try(broken);
      return context.run(fetch, 3, { key: "last" });
    },
  });
}

describe.each(stores)("S9: queries and statistics, %s", (_, open) => {
  test("S9: calls and events are found by status, actor, type and place, live and loaded", async () => {
    const world = createWorld((await open()).backend);
    const outcome = await world.begin().reprise.execute(report(), undefined, { stateId });
    expect(outcome).toMatchObject({ status: "completed" });
    const { history, close } = await world.begin().reprise.load(stateId).then((state) => ({ history: state.history, close: () => state.close() }));
    const addresses = (query: Parameters<typeof history.calls>[0]): string[] => history.calls(query).map((call) => call.address);
    expect(addresses({ status: "failed" })).toEqual(["report::broken::tool_call"]);
    expect(addresses({ actor: "fetch" })).toEqual(["report::pages{0}::fetch::tool_call", "report::pages{1}::fetch::tool_call", "report::fetch[last]::tool_call"]);
    expect(addresses({ under: "report::pages::group", type: ["tool_call"] })).toEqual(["report::pages{0}::fetch::tool_call", "report::pages{1}::fetch::tool_call"]);
    expect(addresses({ under: "report", type: "tool_call", limit: 1 })).toEqual(["report::pages{0}::fetch::tool_call"]);
    expect(history.events({ status: "retrying" }).map(({ address, attempt }) => [address, attempt])).toEqual([
      ["report::busy::tool_call", 1],
      ["report::busy::tool_call", 2],
      ["report::broken::tool_call", 1],
      ["report::broken::tool_call", 2],
    ]);
    const [first] = history.events({ actor: "busy" });
    expect(history.events({ actor: "busy", from: (first?.seq ?? 0) + 1 })).toHaveLength(history.events({ actor: "busy" }).length - 1);
    expect(history.calls({ since: Date.now() + 60_000 })).toEqual([]);
    expect(isRepriseError(refused(() => history.calls({ limit: 0 })), "INVALID_OPTION")).toBe(true);
    await close();
  });

  test("S9: the statistics of a run are those counted by hand, live and after a restore", async () => {
    const world = createWorld((await open()).backend);
    const life = world.begin();
    await life.reprise.execute(report(), undefined, { stateId });
    const live = statisticsOf(life.heard.of("event"));
    expect(live.calls).toMatchObject({ total: 5, completed: 4, failed: 1, retryEvents: 4, retriedCalls: 2, retryAttempts: 4, recoveredAfterRetry: 1, exhausted: 1, openAfterRetry: 0, successRate: 0.8, retryRate: 0.4 });
    expect(live.agents).toMatchObject({ total: 1, completed: 1 });
    const state = await world.begin().reprise.load(stateId);
    expect(statisticsOf(state.history)).toEqual(live);
    await state.close();
  });

  test("S9: a call that was in an attempt at a crash counts as running, and as completed once the run was resumed", async () => {
    const world = createWorld((await open()).backend);
    const point = crashPoint(world.disk);
    const once = flaky(1, { name: "once", retry: quick });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(once, 1); return context.run(point.actor, 2); } });
    await world.runUntilCrash(work, undefined, point);
    const crashed = createReprise({ backend: world.disk });
    const state = await crashed.load(stateId);
    expect(statisticsOf(state.history).calls).toMatchObject({ total: 2, completed: 1, running: 1, recoveredAfterRetry: 1 });
    await state.close();
    const { reprise } = await world.resume(work);
    const resumed = await reprise.load(stateId);
    expect(statisticsOf(resumed.history).calls).toMatchObject({ total: 2, completed: 2, retryEvents: 1, retryAttempts: 1, successRate: 1 });
    await resumed.close();
  });
});

describe.each(stores)("S9: snapshots, %s", (_, open) => {
  const leaf = tool({ name: "leaf", version: "2", run: (value: number) => new Map([[value, new Date(value)]]) });
  const broken = tool({ name: "broken", retry: quick, run: (): number => { throw new Error("no"); } });

  test("S9: what a run was at a position is what it is shown to have been, without a lease and while somebody holds it", async () => {
    const world = createWorld((await open()).backend);
    const state = await world.begin().reprise.create({ stateId, metadata: { tags: ["a"], owner: "me" } });
    const seen: StateSnapshot[] = [state.snapshot()];
    const save = async (options?: Parameters<typeof state.saveCheckpoint>[0]): Promise<void> => {
      const seq = await state.saveCheckpoint(options);
      seen.push(state.snapshot());
      expect(seen.at(-1)?.seq).toBe(seq);
    };
    state.storage.set("count", 1n);
    await state.run(leaf, 1);
    await save();
    state.storage.delete("count");
    state.storage.add("total", 3);
    await state.try(broken);
    await save({ metadata: { tags: ["b"], when: new Date(7) } });
    await state.map("pages", [1, 2], leaf);
    await save();
    const other = world.begin().reprise;
    for (const snapshot of seen) {
      expect(await other.snapshot(stateId, snapshot.seq)).toEqual(snapshot);
      expect(state.snapshot(snapshot.seq)).toEqual(snapshot);
    }
    expect(await other.snapshot(stateId)).toEqual(seen.at(-1));
    expect(await other.head(stateId)).toMatchObject({ lease: "live" });
    await state.run(leaf, 9);
    await state.close();
  });

  test("S9: a snapshot is plain data, deeply frozen, with values as they are recorded", async () => {
    const world = createWorld((await open()).backend);
    const { reprise } = world.begin();
    const state = await reprise.create({ stateId, metadata: { pipelineName: "p", since: new Date(5) } });
    state.storage.set("__proto__", { when: new Date(3) });
    await state.run(leaf, 1);
    await state.try(broken);
    await state.saveCheckpoint({ status: "paused" });
    const snapshot = await reprise.snapshot(stateId);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expectFrozen(snapshot);
    expect(snapshot).toMatchObject({
      stateId,
      status: "paused",
      metadata: { pipelineName: "p", since: { $d: 5 } },
      calls: [
        { address: "leaf::tool_call", status: "completed", attempts: 1, version: "2", input: 1, value: { $m: [[1, { $d: 1 }]] } },
        { address: "broken::tool_call", status: "failed", attempts: 3, error: { message: "no" } },
      ],
      checkpoints: [{ seq: snapshot.seq, status: "paused", metadata: { pipelineName: "p" } }],
    });
    expect(Object.entries(snapshot.storage)).toEqual([["__proto__", { when: { $d: 3 } }]]);
    expect(createCodec().decode(snapshot.calls[0]?.value)).toEqual(new Map([[1, new Date(1)]]));
    await state.close();
  });

  test("defect-T24: a run has many checkpoints, each with the metadata it had then, and each can be looked at", async () => {
    const world = createWorld((await open()).backend);
    const { reprise } = world.begin();
    const state = await reprise.create({ stateId, metadata: { tags: ["a"], step: 0 } });
    const seqs: number[] = [];
    for (const step of [1, 2, 3]) {
      await state.run(leaf, step);
      seqs.push(await state.saveCheckpoint({ metadata: step === 2 ? { tags: ["b"], step } : { step } }));
    }
    expect(await reprise.checkpoints(stateId)).toEqual([
      { seq: seqs[0], at: expect.any(Number), status: "running", metadata: { tags: ["a"], step: 1 } },
      { seq: seqs[1], at: expect.any(Number), status: "running", metadata: { tags: ["b"], step: 2 } },
      { seq: seqs[2], at: expect.any(Number), status: "running", metadata: { tags: ["b"], step: 3 } },
    ]);
    for (const [index, seq] of seqs.entries()) {
      const snapshot = await reprise.snapshot(stateId, seq);
      expect([snapshot.calls.length, snapshot.checkpoints.length, snapshot.metadata["step"]]).toEqual([index + 1, index + 1, index + 1]);
    }
    await state.close();
  });

  test("S9: a history is read without a lease, and is the one that the holder has", async () => {
    const world = createWorld((await open()).backend);
    const state = await world.begin().reprise.create({ stateId });
    await state.run(leaf, 1);
    const history = await world.begin().reprise.history(stateId);
    expect(history.events().map((event) => ({ ...event }))).toEqual(state.history.events().map((event) => ({ ...event })));
    expect(history.calls().map((call) => ({ ...call }))).toEqual(state.history.calls().map((call) => ({ ...call })));
    await state.close();
  });

  test("S9: a position that a run does not have, and a run that does not exist, are refused", async () => {
    const { reprise } = createWorld((await open()).backend).begin();
    const state = await reprise.create({ stateId });
    await state.run(leaf, 1);
    for (const at of [0, -1, 1.5, 99, Number.NaN, "1" as unknown as number]) {
      expect(await rejectionOf(reprise.snapshot(stateId, at))).toMatchObject({ code: "INVALID_OPTION", path: "at", message: expect.stringContaining("from 1 to 3") });
      expect(refused(() => state.snapshot(at))).toMatchObject({ code: "INVALID_OPTION", path: "at" });
    }
    for (const verb of ["history", "snapshot", "checkpoints"] as const) {
      expect(await rejectionOf(reprise[verb]("unknown"))).toMatchObject({ code: "NOT_FOUND" });
      expect(await rejectionOf(reprise[verb](""))).toMatchObject({ code: "INVALID_ID" });
    }
    await state.close();
  });
});

describe.each(stores)("S5: diffs, %s", (_, open) => {
  test("defect-T28: a diff sees calls and storage that changed under the same address and key, with the paths of what changed", async () => {
    const world = createWorld((await open()).backend);
    const { reprise } = world.begin();
    const facts = { items: ["a", "b"], when: new Date(1) };
    const fetch = tool({ name: "fetch", run: () => facts });
    const extra = tool({ name: "extra", run: () => 1 });
    for (const id of ["one", "two"]) {
      const state = await reprise.create({ stateId: id });
      await state.run(fetch);
      state.storage.set("facts", facts);
      state.artifacts.put("facts", facts);
      state.artifacts.put(id, "same");
      if (id === "two") await state.run(extra);
      await state.close();
      facts.items = ["a", "c"];
      facts.when = new Date(2);
    }
    const diff = await reprise.diff({ stateId: "one" }, { stateId: "two" });
    const expected = [
      { path: "value.items[1]", kind: "changed", before: "b", after: "c" },
      { path: "value.when", kind: "changed", before: { $d: 1 }, after: { $d: 2 } },
    ];
    expect(diff).toMatchObject({ equal: false, removedCalls: [], newCalls: [{ address: "extra::tool_call" }], changedCalls: [{ address: "fetch::tool_call", differences: expected }], changedStorage: [{ key: "facts", differences: expected }], newArtifacts: [{ name: "two" }], removedArtifacts: [{ name: "one" }], changedArtifacts: [{ name: "facts" }] });
    expect(diffToText(diff)).toContain('value.items[1]: "b" -> "c"');
    expect(await reprise.diff(await reprise.snapshot("one"), { stateId: "two" })).toEqual(diff);
  });

  test("S5: two checkpoints of a run are compared by their seqs", async () => {
    const { reprise } = createWorld((await open()).backend).begin();
    const count = tool({ name: "count", run: (value: number) => value });
    const state = await reprise.create({ stateId });
    await state.run(count, 1);
    const first = await state.saveCheckpoint();
    state.storage.set("seen", true);
    await state.run(count, 2);
    const second = await state.saveCheckpoint({ status: "paused" });
    const diff = await reprise.diff({ stateId, at: first }, { stateId, at: second });
    expect(diff).toMatchObject({ a: { stateId, seq: first }, b: { stateId, seq: second }, status: { before: "running", after: "paused" }, newCalls: [{ address: "count#2::tool_call", value: 2 }], changedCalls: [], changedStorage: [{ key: "seen", after: true }] });
    expect((await reprise.diff({ stateId }, state.snapshot())).equal).toBe(true);
    for (const bad of [null, 7, {}, { stateId: 7 }, { calls: 1 }]) {
      expect((await rejectionOf(reprise.diff(bad as never, { stateId }))).code).toMatch(/^INVALID_(OPTION|ID)$/u);
    }
    expect(await rejectionOf(reprise.diff({ stateId }, { stateId, at: 99 }))).toMatchObject({ code: "INVALID_OPTION", path: "at" });
    await state.close();
  });
});

function expectFrozen(data: unknown): void {
  if (typeof data !== "object" || data === null) return;
  expect(Object.isFrozen(data)).toBe(true);
  for (const part of Object.values(data)) expectFrozen(part);
}

function refused(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to throw");
}
