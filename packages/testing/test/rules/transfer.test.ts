import { agent, createReprise, tool, type ImportedRun, type Reprise, type RepriseOptions } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { defaultSystem, type StateBackend, type System } from "@reprise/core/spi";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter, crashableBackend, faultyBackend, flaky, virtualSystem } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { backendWith, journalOf, latch, rejectionOf, stateId } from "./support/world.ts";

// How to know that it works: a run is moved between every pair of stores and ends there as it would have at home, attempts,
// retries and storage included; the source refuses everything after; whatever is imported twice, into the wrong place, damaged or by
// a process that dies is whole or not there; and the bytes of a run do not depend on who exports it, where and when.

const pairs = stores.flatMap(([from, openFrom]) => stores.map(([to, openTo]) => [from, to, openFrom, openTo] as const));
const leaf = tool({ name: "leaf", run: (value: number) => ({ value }) });
const withBackend = (backend: StateBackend, options: RepriseOptions = {}): Reprise => createReprise({ ...options, backend });

/** A run at rest with calls, storage, a checkpoint, hidden records and artifacts. */
async function variedRun(reprise: Reprise): Promise<void> {
  const state = await reprise.create({ stateId, metadata: { tags: ["a"], pipelineName: "p" } });
  state.storage.set("seen", new Map([[1, 2n]]));
  await state.run(leaf, 1);
  const checkpoint = await state.saveCheckpoint({ status: "paused" });
  await state.run(flaky(1, { retry: retry({ maxAttempts: 2, initialDelayMs: 0 }) }), 2);
  state.artifacts.put("page", { html: "<p>" });
  state.artifacts.put("bytes", new Uint8Array(300));
  await state.saveCheckpoint({ status: "paused" });
  await state.close();
  await reprise.rewind(stateId, { checkpoint });
  const again = await reprise.load(stateId);
  again.artifacts.put("page", { html: "<h1>" });
  await again.run(leaf, 2, { key: "again" });
  await again.saveCheckpoint({ status: "paused", metadata: { tags: ["b"] } });
  await again.close();
}

describe.each(pairs)("S8: export and import, from %s to %s", (_from, _to, openFrom, openTo) => {
  test("S8: the import of a run is a fork that has all of it, and the source is as it was", async () => {
    const [source, target] = [withBackend((await openFrom()).backend), withBackend((await openTo()).backend)];
    await variedRun(source);
    const before = await source.snapshot(stateId);
    const bytes = await source.export(stateId);
    expect(await source.export(stateId)).toEqual(bytes);
    const imported = await target.import(bytes);
    expect(imported).toEqual({ stateId: expect.any(String), kind: "fork", status: "paused" });
    expect(imported.stateId).not.toBe(stateId);
    const snapshot = await target.snapshot(imported.stateId);
    expect(snapshot).toMatchObject({ lineage: { stateId, seq: before.seq }, seq: before.seq, status: "paused", metadata: { tags: ["b"], pipelineName: "p", parentStateId: stateId } });
    expect(await target.diff(before, snapshot)).toMatchObject({ newCalls: [], removedCalls: [], changedCalls: [], changedStorage: [], newArtifacts: [], removedArtifacts: [], changedArtifacts: [], changedMetadata: [{ key: "parentStateId" }] });
    expect(await target.verify(imported.stateId)).toMatchObject({ intact: true });
    expect((await target.list({ parentStateId: stateId, tags: ["b"], status: ["paused"] })).rows).toMatchObject([{ stateId: imported.stateId, lease: "none", pipelineName: "p", createdAt: before.createdAt }]);
    const fork = await target.load(imported.stateId);
    expect(await fork.artifacts.get("page")).toEqual({ html: "<h1>" });
    expect(fork.storage.get("seen")).toEqual(new Map([[1, 2n]]));
    await fork.run(leaf, 3);
    await fork.close();
    // What was hidden came along.
    await target.rewind(imported.stateId, { position: 9 });
    expect(await source.snapshot(stateId)).toEqual(before);
    const state = await source.load(stateId);
    await state.close();
  });

  test("S8: under its own id it is a copy: the same records, which give the same bytes again", async () => {
    const [source, target] = [withBackend((await openFrom()).backend), withBackend((await openTo()).backend)];
    await variedRun(source);
    const bytes = await source.export(stateId);
    expect(await target.import(bytes, { stateId })).toEqual({ stateId, kind: "copy", status: "paused" });
    expect(await target.export(stateId)).toEqual(bytes);
    expect(await target.snapshot(stateId)).toEqual(await source.snapshot(stateId));
    expect(await rejectionOf(target.import(bytes, { stateId }))).toMatchObject({ code: "ALREADY_EXISTS" });
  });

  test("S8: a hand-off moves the run itself: the source refuses every verb, and the target goes on", async () => {
    const [{ backend: there, reopen }, target] = [await openFrom(), withBackend((await openTo()).backend)];
    const source = withBackend(there);
    await variedRun(source);
    const before = await source.snapshot(stateId);
    expect((await source.history(stateId)).sealed).toBe(false);
    const bytes = await source.handOff(stateId, { to: "the other house" });
    expect((await source.history(stateId)).sealed).toBe(true);
    for (const reprise of [source, withBackend(reopen())]) {
      const one = agent({ name: "one", run: async () => 1 });
      for (const verb of [() => reprise.load(stateId), () => reprise.resume(one, stateId), () => reprise.execute(one, undefined, { stateId }), () => reprise.rewind(stateId, { position: 2 })]) {
        expect(await rejectionOf(verb())).toMatchObject({ name: "SealedError", code: "SEALED", to: "the other house", message: expect.stringContaining("the other house") });
      }
      expect(await reprise.export(stateId)).toEqual(bytes);
      expect(await reprise.handOff(stateId)).toEqual(bytes);
    }
    expect(await target.import(bytes)).toEqual({ stateId, kind: "handOff", status: "paused" });
    const snapshot = await target.snapshot(stateId);
    expect((await target.diff(before, snapshot)).equal).toBe(true);
    expect(snapshot.lineage).toBeUndefined();
    const state = await target.load(stateId);
    await state.run(leaf, 3, { key: "there" });
    await state.saveCheckpoint({ status: "paused" });
    expect(await rejectionOf(target.import(bytes))).toMatchObject({ code: "ALREADY_EXISTS" });
    await state.close();
    expect(await target.verify(stateId)).toMatchObject({ intact: true });
    for (const reprise of [source, target]) {
      const { stateId: id } = await reprise.fork(stateId);
      expect((await reprise.verify(id)).findings).toEqual([]);
      const fork = await reprise.load(id);
      await fork.close();
    }
    // And home again, with what happened there.
    const back = await target.handOff(stateId);
    expect(await source.import(back)).toMatchObject({ stateId, kind: "handOff" });
    expect(await rejectionOf(source.import(back))).toMatchObject({ code: "ALREADY_EXISTS" });
    expect(await rejectionOf(source.import(bytes))).toMatchObject({ code: "ALREADY_EXISTS" });
    expect(await rejectionOf(target.import(bytes))).toMatchObject({ code: "ALREADY_EXISTS" });
    const home = await source.load(stateId);
    expect(home.history.calls({ actor: "leaf" })).toHaveLength(3);
    await home.run(leaf, 4, { key: "home" });
    await home.close();
    expect(await source.verify(stateId)).toMatchObject({ intact: true });
  });

  test("S8: an agent that was cut off in the middle ends where it was moved to, and nothing that had completed runs again", async () => {
    const { backend: there } = await openFrom();
    const disk = crashableBackend(there);
    const [first, second] = [counter({ name: "first" }), counter({ name: "second" })];
    const reached = latch();
    const work = (hang: boolean) =>
      agent({
        name: "work",
        run: async (value: number, context) => {
          context.storage.add("steps", 1);
          const one = await context.run(first.actor, value);
          if (hang) {
            reached.open();
            await new Promise(() => undefined);
          }
          return [one, await context.run(second.actor, value + 1)];
        },
      });
    void withBackend(disk).execute(work(true), 1, { stateId });
    await reached.promise;
    disk.crash();
    const bytes = await withBackend(disk).handOff(stateId);
    const target = withBackend((await openTo()).backend);
    await target.import(bytes);
    expect(await target.resume(work(false), stateId)).toMatchObject({ status: "completed" });
    expect([first.runs, second.runs]).toEqual([1, 1]);
    expect((await target.snapshot(stateId)).storage).toEqual({ steps: 1 });
  });

  test("S8: a run that waits moves with its waits and the answers that it has not read, and is woken where it is", async () => {
    const { backend } = await openFrom();
    const [source, target] = [withBackend(backend), withBackend((await openTo()).backend)];
    const ask = agent({ name: "ask", run: async (_: void, context) => [await context.waitFor("approval"), await context.waitFor("again", { timeoutMs: 60_000, default: "none" })] });
    expect(await source.execute(ask, undefined, { stateId })).toMatchObject({ status: "awaiting" });
    const other = await source.export(stateId);
    const token = (await source.pending(stateId))[0]?.token;
    await source.answer(stateId, "approval", { yes: true }, { answerId: "a" });
    await source.answer(stateId, "approval", { yes: false }, { answerId: "a" });
    const bytes = await source.handOff(stateId);
    expect(await source.export(stateId)).toEqual(bytes);
    expect(await rejectionOf(source.answer(stateId, "approval", 1))).toMatchObject({ code: "SEALED" });
    expect(await source.wake([ask])).toEqual([]);
    await target.import(bytes);
    expect(await target.wake([ask])).toMatchObject([{ stateId, outcome: { status: "awaiting", pending: [{ name: "again" }] } }]);
    expect(await target.wake([ask])).toEqual([]);
    const wakeAt = (await target.head(stateId))?.wakeAt;
    expect(wakeAt).toBeGreaterThan(Date.now());
    await source.import(await target.handOff(stateId));
    expect(await source.head(stateId)).toMatchObject({ status: "awaiting", wakeAt });
    await source.answer(stateId, "again", 2);
    expect(await source.wake([ask])).toMatchObject([{ outcome: { status: "completed", value: [{ yes: true }, 2] } }]);
    // The fork of before has no answer.
    const fork = await target.import(other);
    expect(await target.pending(fork.stateId)).toMatchObject([{ name: "approval" }]);
    expect((await target.pending(fork.stateId))[0]?.token).not.toBe(token);
  });

  test("S8: code that goes on where it was moved to draws the random numbers it drew, in a fork too", async () => {
    const disk = crashableBackend((await openFrom()).backend);
    const reached = latch();
    const drawn: number[][] = [];
    const work = (hang: boolean) =>
      agent({
        name: "work",
        run: async (_: void, context) => {
          drawn.push([context.random(), context.random()]);
          await context.run(leaf, 1);
          if (!hang) return 1;
          reached.open();
          return new Promise(() => undefined);
        },
      });
    void withBackend(disk).execute(work(true), undefined, { stateId });
    await reached.promise;
    disk.crash();
    const target = withBackend((await openTo()).backend);
    const fork = await target.import(await withBackend(disk).export(stateId));
    await target.import(await withBackend(disk).handOff(stateId));
    for (const id of [fork.stateId, stateId]) expect(await target.resume(work(false), id)).toMatchObject({ status: "completed" });
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).toEqual(drawn[0]);
  });

  test("S8: a retry that was pending goes on after what is left of its delay, with its next attempt", async () => {
    const clock = { now: 1_000_000 };
    const delays: number[] = [];
    /** At home time stands still; there it passes at once. */
    const system = (passes: boolean): System => ({
      ...defaultSystem(),
      now: () => clock.now,
      setTimer(delayMs, callback, options) {
        if (!passes || options?.background === true) return () => undefined;
        delays.push(delayMs);
        setImmediate(() => {
          clock.now += delayMs;
          callback();
        });
        return () => undefined;
      },
    });
    const attempts: number[] = [];
    const busy = tool({
      name: "busy",
      retry: retry({ maxAttempts: 3, initialDelayMs: 10_000, jitter: "none" }),
      run: (value: number, { attempt }) => {
        attempts.push(attempt);
        if (attempt === 1) throw new Error("busy");
        return value;
      },
    });
    const source = withBackend((await openFrom()).backend, { system: system(false) });
    const waiting = latch();
    const state = await source.create({ stateId });
    state.on("event", (event) => { if (event.status === "retrying") waiting.open(); });
    const ended = rejectionOf(state.run(busy, 7));
    await waiting.promise;
    expect(await rejectionOf(source.handOff(stateId))).toMatchObject({ code: "LEASE_HELD" });
    await state.close();
    expect(await ended).toMatchObject({ code: "CLOSED" });
    clock.now += 4_000;
    const target = withBackend((await openTo()).backend, { system: system(true) });
    await target.import(await source.handOff(stateId));
    const moved = await target.load(stateId);
    expect(await moved.run(busy, 7)).toBe(7);
    expect([attempts, delays.filter((delay) => delay > 5_000)]).toEqual([[1, 2], [6_000]]);
    await moved.close();
  });
});

describe.each(stores)("S8: %s", (_, open) => {
  test("S8: artifacts may stay behind; a place that has none refuses to take them", async () => {
    const source = withBackend((await open()).backend);
    await variedRun(source);
    const [whole, bare] = [await source.export(stateId), await source.export(stateId, { artifacts: false })];
    expect(whole.length - bare.length).toBeGreaterThan(300);
    const target = withBackend((await open()).backend);
    const { stateId: id } = await target.import(bare);
    expect((await target.verify(id)).findings.map(({ kind }) => kind)).toContain("artifact");
    const { artifacts: _artifacts, ...without } = (await open()).backend;
    expect(await rejectionOf(withBackend(without).import(whole))).toMatchObject({ code: "UNSUPPORTED", path: "artifacts" });
    expect((await withBackend(without).list()).rows).toEqual([]);
  });

  test("S8: a handle of this process that had the run at rest is told where it went", async () => {
    const reprise = withBackend((await open()).backend);
    const state = await reprise.create({ stateId });
    await state.run(leaf, 1);
    const bytes = await reprise.handOff(stateId, { to: "elsewhere" });
    expect(await rejectionOf(state.run(leaf, 2))).toMatchObject({ code: "SEALED", to: "elsewhere" });
    await state.close();
    expect(await reprise.import(bytes)).toMatchObject({ kind: "handOff" });
    const again = await reprise.load(stateId);
    await again.run(leaf, 2);
    await again.close();
  });

  test("S8: a process that dies in a hand-off leaves the run as it was, or sealed and exported again", async () => {
    for (const written of [false, true]) {
      const { backend, reopen } = await open();
      await variedRun(withBackend(backend));
      const disk = faultyBackend(backend, { faults: { append: { 1: { kind: "crash", done: written } } } });
      void withBackend(disk).handOff(stateId).catch(() => undefined);
      while ((disk.counts.append ?? 0) < 1) await new Promise((resolve) => setImmediate(resolve));
      const reprise = withBackend(disk);
      if (!written) await (await reprise.load(stateId)).close();
      else expect(await rejectionOf(reprise.load(stateId))).toMatchObject({ code: "SEALED" });
      const bytes = await reprise.handOff(stateId);
      expect(await reprise.export(stateId)).toEqual(bytes);
      expect(await withBackend(memoryBackend()).import(bytes)).toMatchObject({ stateId, kind: "handOff" });
      void reopen;
    }
  });

  test("S8: a process that dies in an import leaves all of the run or nothing, and it can be imported again", async () => {
    const source = withBackend((await open()).backend);
    await variedRun(source);
    const bytes = await source.handOff(stateId);
    const whole = await journalOfRun(source);
    for (const written of [false, true]) {
      const { backend } = await open();
      const disk = faultyBackend(backend, { faults: { append: { 1: { kind: "crash", done: written } } } });
      void withBackend(disk).import(bytes).catch(() => undefined);
      while ((disk.counts.append ?? 0) < 1) await new Promise((resolve) => setImmediate(resolve));
      const reprise = withBackend(disk);
      // Whoever looks, before or after the next import, sees nothing of it or all of it.
      const seen = await journalOf(disk).catch(() => []);
      expect(seen.length === 0 || seen.length === whole + 1).toBe(true);
      const found: ImportedRun | string = await reprise.import(bytes).catch((error: { readonly code: string }) => error.code);
      expect(found).toEqual(written ? "ALREADY_EXISTS" : { stateId, kind: "handOff", status: "paused" });
      expect(await reprise.verify(stateId)).toMatchObject({ intact: true, records: whole + 1 });
      expect(disk.counts.append).toBe(written ? 1 : 2);
      const state = await reprise.load(stateId);
      await state.run(leaf, 5);
      await state.close();
    }
  });
});

async function journalOfRun(reprise: Reprise): Promise<number> {
  return (await reprise.verify(stateId)).records;
}

describe("S8: refusals", () => {
  const pack = async (records: readonly unknown[]): Promise<Uint8Array> => withBackend(await backendWith(records)).export(stateId);
  const run = { k: "run", at: 1, v: 1, id: stateId };

  test("S8: bad options of every verb are refused by name", async () => {
    const reprise = withBackend(memoryBackend());
    await variedRun(reprise);
    const bytes = await reprise.export(stateId);
    expect(await rejectionOf(reprise.export(stateId, { artifacts: 1 as never }))).toMatchObject({ code: "INVALID_OPTION", path: "artifacts" });
    expect(await rejectionOf(reprise.export(stateId, null as never))).toMatchObject({ code: "INVALID_OPTION", path: "options" });
    expect(await rejectionOf(reprise.handOff(stateId, { to: 7 as never }))).toMatchObject({ code: "INVALID_OPTION", path: "to" });
    expect(await rejectionOf(reprise.handOff(stateId, { waitMs: -1 }))).toMatchObject({ code: "INVALID_OPTION", path: "waitMs" });
    expect(await rejectionOf(reprise.import("bytes" as never))).toMatchObject({ code: "INVALID_OPTION", path: "bytes" });
    expect(await rejectionOf(reprise.import(bytes, { stateId: "" }))).toMatchObject({ code: "INVALID_ID" });
    expect(await rejectionOf(reprise.import(bytes, { stateId }))).toMatchObject({ code: "ALREADY_EXISTS" });
    for (const verb of ["export", "handOff"] as const) {
      expect(await rejectionOf(reprise[verb]("unknown"))).toMatchObject({ code: "NOT_FOUND" });
      expect(await rejectionOf(reprise[verb](""))).toMatchObject({ code: "INVALID_ID" });
    }
    const handedOff = await reprise.handOff(stateId);
    expect(await rejectionOf(withBackend(memoryBackend()).import(handedOff, { stateId: "another" }))).toMatchObject({ code: "INVALID_OPTION", path: "stateId" });
  });

  test("S8: a file that is damaged is refused before anything is written", async () => {
    const target = memoryBackend();
    const bytes = await pack([run, { k: "started", at: 2, a: "a::tool_call" }]);
    const bad = [bytes.slice(0, 100), new Uint8Array([...bytes.slice(0, -1), 0xff])];
    for (const file of bad) expect(await rejectionOf(withBackend(target).import(file))).toMatchObject({ code: "CORRUPT" });
    expect((await target.list()).rows).toEqual([]);
  });

  test("S8: a run that somebody extends is not handed off, but exported as far as it has come", async () => {
    const backend = memoryBackend();
    const state = await withBackend(backend).create({ stateId });
    await state.run(leaf, 1);
    expect(await rejectionOf(withBackend(backend).handOff(stateId))).toMatchObject({ code: "LEASE_HELD" });
    const target = withBackend(memoryBackend());
    const { stateId: id } = await target.import(await withBackend(backend).export(stateId));
    expect((await target.snapshot(id)).calls).toHaveLength(1);
    await state.close();
  });

  test("S8: a record that is too long for the backend is refused before anything is written", async () => {
    const source = withBackend(memoryBackend());
    const state = await source.create({ stateId });
    await state.run(tool({ name: "long", run: () => "x".repeat(5_000) }));
    await state.close();
    const small = memoryBackend({ maxRecordBytes: 1_000 });
    // A copy has its records as they are; those of a fork are written anew, and what is too large for them goes elsewhere (H7).
    expect(await rejectionOf(withBackend(small).import(await source.export(stateId), { stateId }))).toMatchObject({ code: "LIMIT" });
    expect((await small.list()).rows).toEqual([]);
  });

  test("S8: a run without a backend cannot be exported, and none can be imported without one", async () => {
    const reprise = createReprise();
    const state = await reprise.create({ stateId });
    await state.run(leaf, 1);
    expect(await rejectionOf(reprise.export(stateId))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rejectionOf(reprise.import(await pack([run])))).toMatchObject({ code: "UNSUPPORTED", path: "backend" });
    await state.close();
  });
});

test("S8: nobody is asked any more for what a run waits for that was handed off; where it went, somebody is", async () => {
  const [here, there] = [withBackend(memoryBackend()), withBackend(memoryBackend())];
  const ask = agent({ name: "ask", run: (_input: void, context) => context.waitFor("approval") });
  await here.execute(ask, undefined, { stateId });
  expect(await here.pending(stateId)).toHaveLength(1);
  await there.import(await here.handOff(stateId));
  expect(await here.pending(stateId)).toEqual([]);
  expect(await there.pending(stateId)).toMatchObject([{ name: "approval" }]);
});

test("S8: a fork that is imported names what it was made of, also where that is a fork itself", async () => {
  const reprise = withBackend(memoryBackend());
  await reprise.execute(agent({ name: "work", run: (_input: void, context) => context.run(leaf, 1) }), undefined, { stateId, metadata: { note: "first" } });
  await reprise.fork(stateId, { stateId: "parent", metadata: { note: "second" } });
  const { stateId: child } = await reprise.import(await reprise.export("parent"), { stateId: "child" });
  const state = await reprise.load(child);
  expect([state.lineage?.stateId, state.metadata]).toEqual(["parent", { note: "second", parentStateId: "parent" }]);
  await state.close();
  expect((await reprise.list({ parentStateId: "parent" })).rows.map((row) => row.stateId)).toEqual(["child"]);
});

test("S8, I5: a run that moves is due where it comes to when it was due before, also where the limit of an agent is what it waits for", async () => {
  const asks = agent({ name: "asks", timeoutMs: 60_000, run: (_input: void, context) => context.waitFor("approval") });
  const [here, there] = [withBackend(memoryBackend()), withBackend(memoryBackend())];
  await here.execute(asks, undefined, { stateId });
  const due = (await here.head(stateId))?.wakeAt;
  expect(due).toBeGreaterThan(0);
  await there.import(await here.handOff(stateId));
  expect((await there.head(stateId))?.wakeAt).toBe(due);
});

test("S8: a run that was handed off comes back although it was rewound and compacted where it was", async () => {
  const [here, there] = [withBackend(memoryBackend()), withBackend(memoryBackend())];
  const work = agent({ name: "work", run: async (_input: void, context) => [await context.run(leaf, 1), await context.run(leaf, 2), await context.waitFor("answer")] });
  await here.execute(work, undefined, { stateId });
  await there.import(await here.handOff(stateId));
  await there.rewind(stateId, { address: "work::leaf#2::tool_call" });
  await there.resume(work, stateId);
  expect((await there.compact(stateId, { checkpoints: 0 })).dropped).toBeGreaterThan(0);
  expect(await here.import(await there.handOff(stateId))).toMatchObject({ kind: "handOff", status: "awaiting" });
  expect(await here.verify(stateId)).toMatchObject({ intact: true });
  await here.answer(stateId, "answer", "yes");
  expect(await here.resume(work, stateId)).toMatchObject({ status: "completed", value: [{ value: 1 }, { value: 2 }, "yes"] });
});

test("S8: a run that goes on here is not taken for one that was handed off, whatever was taken away elsewhere", async () => {
  const [here, there] = [withBackend(memoryBackend()), withBackend(memoryBackend())];
  const work = agent({ name: "work", run: (_input: void, context) => context.run(leaf, 1) });
  await here.execute(work, undefined, { stateId });
  await there.import(await here.export(stateId), { stateId });
  await there.rewind(stateId, { position: 2 });
  await there.resume(work, stateId);
  await there.compact(stateId, { checkpoints: 0 });
  expect(await rejectionOf(here.import(await there.handOff(stateId)))).toMatchObject({ code: "ALREADY_EXISTS" });
});

test("S8, I5: an answer that came along and is not to what the run waits for wakes it once", async () => {
  const system = virtualSystem({ now: 1_000 });
  const asks = agent({ name: "asks", run: (_input: void, context) => context.waitFor("approval") });
  const [here, there] = [withBackend(memoryBackend({ system }), { system }), withBackend(memoryBackend({ system }), { system })];
  await system.runUntil(here.execute(asks, undefined, { stateId }));
  await here.answer(stateId, "another", true);
  await there.import(await here.handOff(stateId));
  expect((await there.head(stateId))?.wakeAt).toBe(1_000);
  expect(await system.runUntil(there.wake([asks]))).toMatchObject([{ outcome: { status: "awaiting" } }]);
  expect((await there.head(stateId))?.wakeAt).toBeUndefined();
  expect(await system.runUntil(there.wake([asks]))).toEqual([]);
});
