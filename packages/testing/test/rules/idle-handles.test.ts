import { agent, createReprise, FencedError, tool } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { describe, expect, test } from "vitest";
import { counter, virtualSystem } from "../../src/index.ts";
import { bothBackends } from "./support/both-backends.ts";
import { journalOf, rejectionOf, stateId, turns } from "./support/world.ts";

// An idle handle gives its lease to a load of the same process. How to know that it works: whatever is asked of it in any microtask of
// that, a call is made under a lease or not at all.

const leaf = tool({ name: "leaf", run: (value: number) => value });
const microtasks = Array.from({ length: 30 }, (_, count) => count);

async function after(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await Promise.resolve();
}

describe.each(bothBackends)("S3: a load beside a call of the handle that has the run (%s)", (_, open) => {
  test.each(microtasks.slice(0, 8))("S3: the call, %i microtasks later, keeps the lease, or is refused before anything of it has happened", async (count) => {
    const reprise = createReprise({ backend: await open() });
    const work = counter<number>({ name: "work", run: async (value) => turns(3).then(() => value) });
    const state = await reprise.create({ stateId });
    await state.run(leaf, 1);
    const loading = reprise.load(stateId);
    await after(count);
    const [loaded, ran] = await Promise.allSettled([loading, state.run(work.actor, 2)]);
    if (loaded.status === "fulfilled") {
      expect(ran).toMatchObject({ status: "rejected", reason: { code: "LEASE_HELD" } });
      expect(work.runs).toBe(0);
      expect(loaded.value.history.calls()).toHaveLength(1);
      await loaded.value.close();
    } else {
      expect(loaded.reason).toMatchObject({ code: "LEASE_HELD" });
      expect(ran).toMatchObject({ status: "fulfilled" });
    }
    expect(await state.run(leaf, 3)).toBe(3);
    expect(state.history.calls().map(({ status }) => status)).not.toContain("started");
    await reprise.close();
  });
});

describe("S3: what a load of the same process meets", () => {
  test.each(microtasks)("S3: of two that execute one run, %i microtasks apart, one does the work", async (count) => {
    const reprise = createReprise({ backend: memoryBackend() });
    const work = counter<number>({ name: "work", repeatable: false });
    const main = agent({ name: "main", run: (value: number, context) => context.run(work.actor, value) });
    const first = reprise.execute(main, 1, { stateId });
    await after(count);
    const outcomes = await Promise.all([first, reprise.execute(main, 1, { stateId }).catch((error: unknown) => ({ status: "refused", error }))]);
    expect(work.runs).toBe(1);
    for (const outcome of outcomes) if (outcome.status !== "completed") expect(outcome).toMatchObject({ status: "refused", error: { code: "LEASE_HELD" } });
    expect(outcomes.map(({ status }) => status)).toContain("completed");
    await reprise.close();
  });

  test.each(microtasks)("S3: who waits for a run of which another actor is refused, %i microtasks later, waits no longer than that", async (count) => {
    const reprise = createReprise({ backend: memoryBackend() });
    await reprise.execute(leaf, 1, { stateId });
    const refused = reprise.resume(tool({ name: "other", run: () => 1 }), stateId);
    await after(count);
    expect(await reprise.resume(leaf, stateId, { waitMs: 60_000 })).toMatchObject({ status: "completed", value: 1 });
    expect(await refused).toMatchObject({ status: "failed", error: { code: "INVALID_OPTION" } });
    await reprise.close();
  });

  test("S3: a handle that has given its lease away takes it back for no checkpoint of its own, and writes it when it goes on", async () => {
    const system = virtualSystem();
    const backend = memoryBackend({ system });
    const reprise = createReprise({ backend, system });
    const state = await system.runUntil(reprise.create({ stateId, autoCheckpoint: { everyMs: 50 } }));
    await system.runUntil(state.run(leaf, 1));
    const other = await system.runUntil(reprise.load(stateId));
    await system.advance(200);
    await system.runUntil(other.close());
    await system.advance(200);
    expect(await backend.head(stateId)).toMatchObject({ lease: "none", lastSeq: 3 });
    expect(await system.runUntil(state.run(leaf, 2))).toBe(2);
    await system.advance(200);
    expect((await journalOf(backend)).filter(({ k }) => k === "checkpoint")).toHaveLength(1);
    await system.runUntil(reprise.close());
  });

  test("S3, P1: the stream of a group ends with the refusal where the lease could not be taken", async () => {
    const backend = memoryBackend();
    const state = await createReprise({ backend }).create({ stateId });
    await state.saveCheckpoint({ status: "paused" });
    const other = await createReprise({ backend }).load(stateId);
    const stream = state.map("group", [1, 2], leaf).stream();
    expect(await rejectionOf(stream.next())).toMatchObject({ code: "LEASE_HELD" });
    await other.close();
    expect(await state.map("group", [1, 2], leaf)).toEqual([1, 2]);
    await state.close();
  });
});

describe.each(bothBackends)("S3: a handle of a run that was deleted and made anew (%s)", (_, open) => {
  test("S3: it is told so in the process that deleted it, and changes nothing of the new run", async () => {
    const reprise = createReprise({ backend: await open() });
    const state = await reprise.create({ stateId });
    await state.run(leaf, 1);
    await reprise.delete(stateId);
    expect(await rejectionOf(state.run(leaf, 2))).toMatchObject({ code: "NOT_FOUND", stateId });
    const anew = await reprise.create({ stateId });
    await anew.run(leaf, 5);
    await anew.close();
    expect(await rejectionOf(state.run(leaf, 2))).toMatchObject({ code: "NOT_FOUND" });
    expect((await reprise.history(stateId)).calls()).toHaveLength(1);
    await reprise.close();
  });

  test("S3: elsewhere it is fenced, though the new run has as many records", async () => {
    const backend = await open();
    const state = await createReprise({ backend }).create({ stateId });
    await state.run(leaf, 1);
    await state.saveCheckpoint({ status: "paused" });
    const other = createReprise({ backend });
    await other.delete(stateId);
    const anew = await other.create({ stateId });
    await anew.run(leaf, 5);
    await anew.saveCheckpoint({ status: "paused" });
    const before = await journalOf(backend);
    expect(before).toHaveLength(state.history.lastSeq);
    expect(await rejectionOf(state.run(leaf, 2))).toBeInstanceOf(FencedError);
    expect(await journalOf(backend)).toEqual(before);
    expect(await anew.run(leaf, 6)).toBe(6);
    await state.close();
    await anew.close();
  });

  test("S3: a compaction by another process is no other run", async () => {
    const backend = await open();
    const state = await createReprise({ backend }).create({ stateId });
    await state.run(leaf, 1);
    await state.saveCheckpoint({ status: "paused" });
    await createReprise({ backend }).compact(stateId);
    await turns();
    expect(await state.run(leaf, 2)).toBe(2);
    await state.close();
  });
});
