import { fsBackend } from "@reprise/backend-fs";
import type { StateBackend, StoredRecord } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { SimDisk } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

// How to know that it works: a run that outgrows its segments is what it would be in one, for its writer, for readers beside it, and for
// those who come later. That no crash in between harms it is shown by the simulation, where every other process rolls.

function open(disk: SimDisk, machine: SimMachine, segmentBytes: number): StateBackend {
  const { pid: _, ...processes } = machine.start();
  return fsBackend({ dir: "/store", io: disk.io(), system: new SimSystem(), processes, segmentBytes });
}

async function recordsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

test("G2, G3: a journal goes on in another segment when one is full; nobody but the epoch notices", async () => {
  const disk = new SimDisk();
  const machine = new SimMachine();
  const backend = open(disk, machine, 2000);
  const writer = await backend.acquire("run-1", { owner: "test", create: "must" });
  const first = writer.epoch;
  for (let seq = 1; seq <= 100; seq += 1) {
    const durability = seq % 3 === 0 ? "process" : "power";
    expect(await writer.append([Buffer.from(`record ${seq}`)], { expect: seq - 1, durability, header: { updatedAt: seq } })).toBe(seq);
    if (seq % 20 === 0) expect(await recordsOf(backend.read("run-1"))).toHaveLength(seq);
  }
  await Promise.all(Array.from({ length: 50 }, (_, index) => writer.append([Buffer.from(`record ${101 + index}`)], { expect: 100 + index })));
  const segments = [...disk.files()].filter(([path]) => path.endsWith(".j"));
  expect(segments.length).toBeGreaterThan(4);
  expect(writer.epoch).toBe(first + segments.length - 1);
  expect(await backend.head("run-1")).toMatchObject({ lastSeq: 150, epoch: writer.epoch, updatedAt: 100, lease: "live" });
  await expect(open(disk, machine, 2000).acquire("run-1", { owner: "other", create: "never" })).rejects.toMatchObject({ code: "LEASE_HELD" });
  const records = await recordsOf(backend.read("run-1"));
  expect(records.map(({ seq, bytes }) => [seq, Buffer.from(bytes).toString()])).toEqual(Array.from({ length: 150 }, (_, index) => [index + 1, `record ${index + 1}`]));
  expect(await backend.verify?.("run-1")).toEqual([]);
  await writer.compact?.([], Buffer.from("-"));
  expect([...disk.files().keys()].filter((path) => path.endsWith(".j"))).toHaveLength(1);
  await writer.release();
  const next = await open(disk, machine, 2000).acquire("run-1", { owner: "next", create: "never" });
  expect((await recordsOf(next.recovered())).map(({ seq, epoch }) => [seq, epoch])).toEqual(records.map(({ seq, epoch }) => [seq, epoch]));
});

test("G5: a holder that is full when it was taken over is FENCED", async () => {
  const disk = new SimDisk();
  const machine = new SimMachine();
  const zombie = await open(disk, machine, 1).acquire("run-1", { owner: "zombie", create: "must" });
  machine.restart();
  const next = await open(disk, machine, 2000).acquire("run-1", { owner: "next", create: "never" });
  await expect(zombie.append([Buffer.from("late")], { expect: 0 })).rejects.toMatchObject({ code: "FENCED" });
  await next.append([Buffer.from("one")], { expect: 0 });
  expect((await recordsOf(next.recovered())).length).toBe(0);
});
