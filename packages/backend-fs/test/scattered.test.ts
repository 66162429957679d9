import { fsBackend } from "@reprise/backend-fs";
import type { StateBackend, StateWriter, StoredRecord } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { SimDisk } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

// How to know that it works: however often a run is acquired, it is in a bounded number of files, and its records and their epochs are what they
// were, for its holders, for readers beside it and for those who hold it no more. That no crash and no failed call in between harms it is shown
// by the simulation and by every-call.test.ts, where two files are many.

class World {
  readonly disk = new SimDisk();
  readonly machine = new SimMachine();

  open(mostSegments?: number): StateBackend {
    const { pid: _, ...processes } = this.machine.start();
    return fsBackend({ dir: "/store", io: this.disk.io(), system: new SimSystem(), processes, ...(mostSegments !== undefined && { mostSegments }) });
  }

  get segments(): string[] {
    return [...this.disk.files().keys()].filter((path) => path.endsWith(".j"));
  }
}

async function acquire(backend: StateBackend): Promise<StateWriter> {
  return backend.acquire("run-1", { owner: "test", create: "may" });
}

async function recordsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<(readonly [seq: number, epoch: number, text: string])[]> {
  const found: (readonly [seq: number, epoch: number, text: string])[] = [];
  for await (const batch of batches) found.push(...batch.map(({ seq, epoch, bytes }) => [seq, epoch, Buffer.from(bytes).toString()] as const));
  return found;
}

test("G2, G3: a run that is acquired again and again stays in few files, with the same records of the same epochs", async () => {
  const world = new World();
  const backend = world.open();
  const told: (readonly [number, number, string])[] = [];
  let most = 0;
  for (let time = 1; time <= 100; time += 1) {
    const writer = await acquire(backend);
    expect(await recordsOf(writer.recovered())).toEqual(told);
    // Every third leaves nothing behind.
    if (time % 3 !== 0) told.push([await writer.append([Buffer.from(`record of ${time}`)], { expect: told.length }), writer.epoch, `record of ${time}`]);
    expect(await recordsOf(backend.read("run-1"))).toEqual(told);
    await writer.release();
    most = Math.max(most, world.segments.length);
  }
  expect(most).toBe(32);
  expect(world.segments.length).toBeLessThan(32);
  expect(await backend.verify?.("run-1")).toEqual([]);
});

test("G3: a run that is large is not written anew for a few files", async () => {
  const world = new World();
  const backend = world.open(2);
  for (let time = 1; time <= 5; time += 1) {
    const writer = await acquire(backend);
    await writer.append([Buffer.alloc(time === 1 ? 5 * 2 ** 16 : 10)], { expect: time - 1 });
    await writer.release();
  }
  expect(world.segments).toHaveLength(5);
  await (await acquire(backend)).release();
  expect(world.segments).toHaveLength(1);
  expect(await recordsOf(backend.read("run-1"))).toHaveLength(5);
});

test("G5: a holder whose run was written into one file by the next one is FENCED", async () => {
  const world = new World();
  const zombie = await acquire(world.open());
  await zombie.append([Buffer.from("one")], { expect: 0 });
  world.machine.restart();
  const next = await acquire(world.open(1));
  expect(world.segments).toHaveLength(1);
  await expect(zombie.append([Buffer.from("late")], { expect: 1 })).rejects.toMatchObject({ code: "FENCED" });
  await next.append([Buffer.from("two")], { expect: 1 });
  expect((await recordsOf(world.open().read("run-1"))).map(([, , text]) => text)).toEqual(["one", "two"]);
});

test("G10: damage to a run that was written into one file is found before anything is appended to it", async () => {
  const world = new World();
  const first = await acquire(world.open());
  await first.append([Buffer.from("one"), Buffer.from("two")], { expect: 0 });
  await first.release();
  world.machine.restart();
  await acquire(world.open(1));
  world.machine.restart();
  const [segment] = world.segments as [string];
  const bytes = Buffer.from(world.disk.files().get(segment) as Uint8Array);
  const at = bytes.indexOf("two");
  world.disk.replace(segment, bytes.fill(0, at, at + 3));
  await expect(acquire(world.open())).rejects.toMatchObject({ code: "CORRUPT", offset: bytes.indexOf("J1 B") });
});
