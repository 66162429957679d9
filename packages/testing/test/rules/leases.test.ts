import { createReprise, FencedError, LeaseHeldError, tool, type ExecutionState, type Reprise } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { counter, delegateWriter, virtualSystem } from "../../src/index.ts";
import { journalOf, latch, rejectionOf, stateId, turns } from "./support/world.ts";

const directory = mkdtempSync(join(tmpdir(), "reprise-leases-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let disks = 0;
const backends: readonly (readonly [string, () => StateBackend])[] = [
  ["memory", () => memoryBackend()],
  ["fs", () => fsBackend({ dir: join(directory, String((disks += 1))) })],
];
const leaf = tool({ name: "leaf", run: (value: number) => value });

describe.each(backends)("S3: a handle that rests while somebody else has the run (%s)", (_, backendOf) => {
  async function resting(backend: StateBackend): Promise<ExecutionState> {
    const state = await createReprise({ backend }).create({ stateId });
    await state.run(leaf, 1);
    await state.saveCheckpoint({ status: "paused" });
    return state;
  }

  test("S3: every verb says who has it, records nothing, and the handle can be used again later", async () => {
    const backend = backendOf();
    const state = await resting(backend);
    const before = await journalOf(backend);
    const other = await createReprise({ backend }).load(stateId);
    const verbs = [() => state.run(leaf, 2), () => state.try(leaf, 2), () => state.map("group", [1], leaf), () => state.saveCheckpoint(), () => state.saveCheckpoint({ status: "completed" })];
    for (const verb of verbs) expect(await rejectionOf(verb())).toBeInstanceOf(LeaseHeldError);
    expect(await Promise.all(verbs.map(async (verb) => (await rejectionOf(verb())).code))).toEqual(verbs.map(() => "LEASE_HELD"));
    expect(state.status).toBe("paused");
    expect(state.history.lastSeq).toBe(before.length);
    await other.close();
    expect(await journalOf(backend)).toEqual(before);
    expect(await state.run(leaf, 2)).toBe(2);
    expect(state.status).toBe("running");
    await state.close();
  });

  test("S3: unless the journal has moved: then it is fenced, for good", async () => {
    const backend = backendOf();
    const state = await resting(backend);
    const other = await createReprise({ backend }).load(stateId);
    expect(await rejectionOf(state.run(leaf, 2))).toBeInstanceOf(LeaseHeldError);
    await other.run(tool({ name: "something_else", run: () => 1 }));
    await other.close();
    for (let time = 0; time < 2; time += 1) expect(await rejectionOf(state.run(leaf, 2))).toBeInstanceOf(FencedError);
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
    await state.close();
  });

  test("S3: what the verb is about is taken down when it is called, not when the lease has come", async () => {
    const backend = backendOf();
    const state = await resting(backend);
    const input = { value: 1 };
    const seen = counter<{ value: number }>({ name: "seen" });
    const call = state.run(seen.actor, input);
    input.value = 2;
    expect(await call).toEqual({ value: 1 });
    expect(await rejectionOf(state.run(seen.actor, { value: () => 1 } as never))).toMatchObject({ code: "NOT_ENCODABLE" });
    await state.close();
  });

  test("S3: writes that wait for the next verb are not lost to a refusal", async () => {
    const backend = backendOf();
    const state = await resting(backend);
    const other = await createReprise({ backend }).load(stateId);
    state.storage.set("kept", 5);
    expect(await rejectionOf(state.run(leaf, 2))).toBeInstanceOf(LeaseHeldError);
    await other.close();
    await state.run(leaf, 2);
    await state.close();
    const again = await createReprise({ backend }).load(stateId);
    expect(again.storage.get("kept")).toBe(5);
    await again.close();
  });

  test("S3: a handle that is closed while its verb waits for the lease gives it back", async () => {
    const backend = backendOf();
    const state = await resting(backend);
    const call = state.run(leaf, 2).catch((error: { code: string }) => error.code);
    await state.close();
    expect(await call).toBe("CLOSED");
    expect(await backend.head(stateId)).toMatchObject({ lease: "none" });
  });
});

describe("S3: waitMs also waits for a handle of the same Reprise", () => {
  const slow = (done: Promise<unknown>) => tool({ name: "slow", run: async () => { await done; return "done"; } });

  test("S3: a load takes over as soon as the other handle is idle", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const state = await reprise.create({ stateId });
    const work = latch();
    const call = state.run(slow(work.promise));
    const loading = reprise.load(stateId, { waitMs: 60_000 });
    await turns(5);
    work.open();
    expect(await call).toBe("done");
    const second = await loading;
    expect(await second.run(leaf, 1)).toBe(1);
    await reprise.close();
  });

  test("S3: execute and resume wait as well, and a handle that is closed is not waited for", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const state = await reprise.create({ stateId });
    void state.run(slow(new Promise(() => undefined))).catch(() => undefined);
    const executing = reprise.execute(leaf, 4, { stateId, waitMs: 60_000 });
    await turns(5);
    await state.close();
    expect(await executing).toMatchObject({ status: "completed", value: 4 });
    await reprise.close();
  });

  test.each([
    ["rewind", async (reprise: Reprise) => (await reprise.rewind(stateId, { position: 1 }, { waitMs: 60_000 })).position],
    ["handOff", async (reprise: Reprise) => (await reprise.handOff(stateId, { waitMs: 60_000 })).length],
  ])("S3: so does %s", async (_name, verb) => {
    const reprise = createReprise({ backend: memoryBackend() });
    const state = await reprise.create({ stateId });
    const work = latch();
    const call = state.run(slow(work.promise));
    const waiting = verb(reprise);
    await turns(5);
    work.open();
    expect(await call).toBe("done");
    expect(await waiting).toBeGreaterThan(0);
    await reprise.close();
  });

  test("S3: it is not waited longer than that, and not after its signal", async () => {
    const system = virtualSystem();
    const reprise = createReprise({ backend: memoryBackend({ system }), system });
    const state = await system.runUntil(reprise.create({ stateId }));
    const work = latch();
    const call = state.run(slow(work.promise));
    expect(await system.runUntil(rejectionOf(reprise.load(stateId, { waitMs: 250 })))).toMatchObject({ code: "LEASE_HELD" });
    expect(system.now()).toBe(250);
    expect(await system.runUntil(rejectionOf(reprise.load(stateId)))).toMatchObject({ code: "LEASE_HELD" });
    const controller = new AbortController();
    const loading = rejectionOf(reprise.load(stateId, { waitMs: 250, signal: controller.signal }));
    await system.advance(100);
    controller.abort(new Error("enough"));
    expect(await system.runUntil(loading)).toMatchObject({ code: "EXECUTION_INTERRUPTED", signal: { message: "enough" }, cause: { message: "enough" } });
    expect(system.pending.timers).toBe(0);
    work.open();
    expect(await system.runUntil(call)).toBe("done");
    await system.runUntil(reprise.close());
  });
});

describe("H6: a lease that is lost", () => {
  /** A backend whose writer can be told that it has lost its lease. */
  function losing() {
    const inner = memoryBackend();
    const controllers: AbortController[] = [];
    const backend: StateBackend = {
      ...inner,
      async acquire(id, options) {
        const writer = await inner.acquire(id, options);
        const controller = new AbortController();
        controllers.push(controller);
        return Object.defineProperty(delegateWriter(writer, {}), "signal", { value: controller.signal }) satisfies StateWriter;
      },
    };
    return { backend, lose: (error: Error, index = -1) => controllers.at(index)?.abort(error) };
  }

  test("H6: the run stops with that reason at once, not at its next append: open handlers are told", async () => {
    const { backend, lose } = losing();
    const state = await createReprise({ backend }).create({ stateId });
    let told: unknown;
    const hangs = tool({ name: "hangs", run: (__: void, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => { told = signal.reason; reject(signal.reason as Error); })) });
    const call = rejectionOf(state.run(hangs));
    await turns(5);
    lose(new FencedError(stateId, "taken over by somebody"));
    expect(await call).toMatchObject({ code: "FENCED", stateId });
    expect(told).toMatchObject({ code: "FENCED" });
    expect(await rejectionOf(state.run(leaf, 1))).toMatchObject({ code: "FENCED" });
    expect(await rejectionOf(state.saveCheckpoint())).toMatchObject({ code: "FENCED" });
    await state.close();
  });

  test("H6: a lease that was given back before cannot be lost any more", async () => {
    const { backend, lose } = losing();
    const state = await createReprise({ backend }).create({ stateId });
    await state.saveCheckpoint({ status: "paused" });
    await state.run(leaf, 1);
    lose(new FencedError(stateId, "an old one"), 0);
    expect(await state.run(leaf, 2)).toBe(2);
    await state.close();
    lose(new FencedError(stateId, "after the end"));
  });
});

test("S3: close closes every handle, also where one of them fails, and says so", async () => {
  const inner = memoryBackend();
  const broken = new Error("the disk is gone");
  const backend: StateBackend = { ...inner, acquire: async (id, options) => { const writer = await inner.acquire(id, options); return id === "run-2" ? delegateWriter(writer, { release: () => Promise.reject(broken) }) : writer; } };
  const reprise = createReprise({ backend });
  const states = [];
  for (const id of ["run-1", "run-2", "run-3"]) states.push(await reprise.create({ stateId: id }));
  for (const state of states) state.storage.set("key", state.stateId);
  expect(await rejectionOf(reprise.close())).toBe(broken);
  for (const state of states) expect(await rejectionOf(state.run(leaf, 1))).toMatchObject({ code: "CLOSED" });
  const again = memoryBackend({ from: inner.snapshot() });
  for (const id of ["run-1", "run-3"]) expect(await journalOf(again, id)).toMatchObject([{ k: "run" }, { k: "storage" }]);
});

test("S3: who opens a run while it is being opened here waits for its handle to be idle, however many there are", async () => {
  const system = virtualSystem();
  const reprise = createReprise({ backend: memoryBackend({ system }), system });
  await system.runUntil(reprise.create({ stateId }));
  const loads = Array.from({ length: 4 }, () => reprise.load(stateId, { waitMs: 1_000 }));
  const before = system.now();
  await system.runUntil(Promise.all(loads));
  expect([system.now() - before, (await reprise.head(stateId))?.lease]).toEqual([0, "live"]);
  await system.runUntil(reprise.close());
  await system.advance(0);
  expect(system.pending).toEqual({ turns: 0, timers: 0 });
});

test("S3: who waits for nobody, or for no longer, is refused a run that is being opened here", async () => {
  const system = virtualSystem();
  const inner = memoryBackend({ system });
  const reprise = createReprise({ backend: inner, system });
  const other = await system.runUntil(createReprise({ backend: inner, system }).create({ stateId }));
  await other.saveCheckpoint();
  const first = rejectionOf(reprise.load(stateId, { waitMs: 5_000 }));
  expect(await system.runUntil(rejectionOf(reprise.load(stateId)))).toMatchObject({ code: "LEASE_HELD" });
  const before = system.now();
  expect(await system.runUntil(rejectionOf(reprise.load(stateId, { waitMs: 1_000 })))).toMatchObject({ code: "LEASE_HELD" });
  expect(system.now() - before).toBe(1_000);
  const controller = new AbortController();
  const aborted = rejectionOf(reprise.load(stateId, { waitMs: 1_000, signal: controller.signal }));
  controller.abort();
  expect(await system.runUntil(aborted)).toMatchObject({ code: "EXECUTION_INTERRUPTED" });
  expect(await system.runUntil(first)).toMatchObject({ code: "LEASE_HELD" });
  await other.close();
});
