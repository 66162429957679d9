import { fsBackend } from "@reprise/backend-fs";
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { SimDisk, systemError, type Gate } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

const leasePath = "/store/runs/4e/run-1/lease.json";
const ttlMs = 30_000;

interface Setup {
  readonly disk: SimDisk;
  readonly system: SimSystem;
  readonly machine: SimMachine;
  readonly open: (gate?: Gate) => StateBackend;
}

function setUp(): Setup {
  const disk = new SimDisk();
  const system = new SimSystem();
  const machine = new SimMachine();
  const open = (gate?: Gate): StateBackend => {
    const { pid: _, ...processes } = machine.start();
    return fsBackend({ dir: "/store", io: disk.io(gate), system, processes });
  };
  return { disk, system, machine, open };
}

const hold = (backend: StateBackend, waitMs = 0) => backend.acquire("run-1", { owner: "test", create: "may", waitMs });
const leaseOn = (disk: SimDisk) => JSON.parse(Buffer.from(disk.files().get(leasePath)!).toString()) as { beat: number; released: boolean };

/** Moves the clock and lets what was due finish. */
async function pass(system: SimSystem, ms: number): Promise<void> {
  system.advance(ms);
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test("a holder beats every third of the time to live, and keeps head.json fresh", async () => {
  const { disk, system, open } = setUp();
  const backend = open();
  const writer = await hold(backend);
  const first = leaseOn(disk).beat;
  await writer.append([Buffer.from("a")], { expect: 0 });
  expect((await backend.list()).rows).toMatchObject([{ lastSeq: 0 }]);
  await pass(system, ttlMs / 3);
  expect(leaseOn(disk).beat).toBe(first + 1);
  expect((await backend.list()).rows).toMatchObject([{ lastSeq: 1 }]);
  await pass(system, ttlMs / 3);
  expect(leaseOn(disk).beat).toBe(first + 2);
  await writer.release();
  await pass(system, ttlMs);
  expect(leaseOn(disk)).toMatchObject({ beat: first + 2, released: true });
});

test("G5: a holder that was taken over learns it from its next beat, without an append", async () => {
  const { disk, system, machine, open } = setUp();
  const old = await hold(open());
  machine.restart();
  const next = await hold(open());
  expect(old.signal.aborted).toBe(false);
  await pass(system, ttlMs / 3);
  expect(old.signal.reason).toMatchObject({ code: "FENCED" });
  expect(next.signal.aborted).toBe(false);
  expect(leaseOn(disk)).toMatchObject({ epoch: 2, released: false });
});

test("LEASE_LOST: a holder that could not beat for the time to live stops, for others may think that it is gone", async () => {
  const { system, open } = setUp();
  let broken = false;
  const writer = await hold(
    open((operation, path) => {
      if (broken && operation === "rename" && path.includes("lease.json")) throw systemError("EIO", path);
    }),
  );
  broken = true;
  await pass(system, ttlMs / 3);
  await pass(system, ttlMs / 3);
  expect(writer.signal.aborted).toBe(false);
  await expect(writer.renew()).rejects.toMatchObject({ code: "IO" });
  await pass(system, ttlMs / 3);
  expect(writer.signal.reason).toMatchObject({ code: "LEASE_LOST", retry: "reacquire" });
  await expect(writer.append([Buffer.from("a")], { expect: 0 })).rejects.toMatchObject({ code: "LEASE_LOST", indeterminate: false });
  broken = false;
  await writer.release();
  expect((await hold(open())).epoch).toBe(2);
});

test("G5: a holder from before a removal is fenced even where the memory of its epoch is gone", async () => {
  const { disk, open } = setUp();
  const backend = open();
  const zombie = await hold(backend);
  await backend.remove("run-1", { force: true });
  disk.replace("/store/tombstones/run-1", undefined);
  const next = await hold(backend);
  expect(next.epoch).toBe(zombie.epoch);
  await expect(zombie.append([Buffer.from("late")], { expect: 0 })).rejects.toMatchObject({ code: "FENCED" });
  expect(await next.append([Buffer.from("new")], { expect: 0 })).toBe(1);
});

test("a process that died between its segment and its lease delays the next by a moment only", async () => {
  const { system, machine, open } = setUp();
  let dead = false;
  const backend = open((operation, path) => {
    dead ||= operation === "create" && path.includes("lease.json");
    if (dead) throw systemError("ECRASH", path);
  });
  await expect(hold(backend)).rejects.toMatchObject({ code: "IO" });
  machine.restart();
  const before = system.monotonic();
  expect((await hold(open())).epoch).toBe(2);
  expect(system.monotonic() - before).toBeLessThan(400);
});

describe("G5: a holder that is taken over while it replaces a file", () => {
  /** A holder, overtaken just before it renames a file of this name for the first time after `armed`. */
  async function overtakenAt(name: string) {
    const { disk, system, machine, open } = setUp();
    const { pid: _, ...processes } = machine.start();
    const io = disk.io();
    const state = { armed: false, next: undefined as StateWriter | undefined };
    const rename = async (from: string, to: string): Promise<void> => {
      if (state.armed && to.endsWith(name)) {
        state.armed = false;
        // Stopped for so long.
        system.advance(2 * ttlMs);
        machine.restart();
        state.next = await hold(open());
      }
      await io.rename(from, to);
    };
    const old = await hold(fsBackend({ dir: "/store", io: { ...io, rename }, system, processes }));
    await old.append([Buffer.from("a")], { expect: 0 });
    state.armed = true;
    return { old, state, system, disk };
  }

  test.each(["head.json", "lease.json"])("lets go of the run without a word: %s", async (name) => {
    const { old, state, disk } = await overtakenAt(name);
    await old.release();
    expect(state.next?.epoch).toBe(2);
    expect(leaseOn(disk)).toMatchObject({ epoch: 2, released: false });
    expect(await state.next?.append([Buffer.from("b")], { expect: 1 })).toBe(2);
  });

  test.each(["head.json", "lease.json"])("is fenced, and has not lost its lease, when it was silent for long: %s", async (name) => {
    const { old, state, system } = await overtakenAt(name);
    await pass(system, ttlMs / 3);
    await expect.poll(() => old.signal.aborted).toBe(true);
    expect(old.signal.reason).toMatchObject({ code: "FENCED" });
    await expect(old.renew()).rejects.toMatchObject({ code: "FENCED" });
    await old.release();
    expect(await state.next?.append([Buffer.from("b")], { expect: 1 })).toBe(2);
  });
});
