import { fsBackend, type Processes } from "@reprise/backend-fs";
import type { StateBackend, StateWriter, StoredRecord } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { SimDisk, systemError, type Gate } from "./sim-disk.ts";
import { seededRandom, SimMachine, SimSystem } from "./sim-system.ts";

// How to know that it works: stopped at any operation, by a death or by a loss of power, what is found is the old journal or the new
// one, and it can be extended; nobody who was fenced before is acknowledged after; a reader that began before sees one of both; the
// directory is smaller, and damage to what is left is damage.

const directory = "/store/runs/4e/run-1";
const texts = Array.from({ length: 12 }, (_, index) => `record ${index + 1}`);
const compacted = texts.map((text, index) => (index >= 2 && index < 9 ? "-" : text));
const ranges = [[3, 5], [6, 9]] as const;

interface Host {
  readonly machine: SimMachine;
  readonly system: SimSystem;
}

function open(disk: SimDisk, { machine, system }: Host, gate?: Gate): { readonly backend: StateBackend; readonly die: () => void } {
  const { pid, ...processes } = machine.start();
  return { backend: fsBackend({ dir: "/store", io: disk.io(gate), system, processes }), die: () => machine.end(pid) };
}

async function recordsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

const textsOf = async (batches: AsyncIterable<readonly StoredRecord[]>): Promise<string[]> => (await recordsOf(batches)).map(({ bytes }) => Buffer.from(bytes).toString());
const hold = (backend: StateBackend): Promise<StateWriter> => backend.acquire("run-1", { owner: "test", create: "may" });
const segmentsOf = (disk: SimDisk): string[] => [...disk.files().keys()].filter((path) => path.startsWith(`${directory}/e-`)).map((path) => path.slice(directory.length + 1));

/** A disk with a run of three holders. */
async function written(host: Host): Promise<SimDisk> {
  const disk = new SimDisk();
  for (let holder = 0; holder < 3; holder += 1) {
    const { backend, die } = open(disk, host);
    const writer = await hold(backend);
    for (const text of texts.slice(4 * holder, 4 * holder + 4)) await writer.append([Buffer.from(text)], { expect: writer.lastSeq });
    if (holder !== 1) await writer.release();
    die();
  }
  return disk;
}

function processesOf({ machine }: Host): Processes {
  const { pid: _, ...processes } = machine.start();
  return processes;
}

const newHost = (): Host => ({ machine: new SimMachine(), system: new SimSystem() });

describe("S8, G11: compaction of a directory", () => {
  test("S8: what is dropped is gone from the disk, everything else is as it was, and the writer goes on", async () => {
    const host = newHost();
    const disk = await written(host);
    const { backend } = open(disk, host);
    const before = await recordsOf(backend.read("run-1"));
    const sizeBefore = [...disk.files()].reduce((sum, [path, bytes]) => sum + (path.endsWith(".j") ? bytes.length : 0), 0);
    const writer = await hold(backend);
    const { bytes } = await writer.compact!(ranges, Buffer.from("-"));
    expect(segmentsOf(disk)).toEqual([`e-0000000${writer.epoch}.j`]);
    const sizeAfter = disk.files().get(`${directory}/e-0000000${writer.epoch}.j`)!.length;
    expect(sizeAfter).toBeLessThan(sizeBefore / 2);
    expect(bytes).toBeGreaterThan(0);
    const after = await recordsOf(backend.read("run-1"));
    expect(after.map(({ seq, epoch }) => [seq, epoch])).toEqual(before.map(({ seq, epoch }) => [seq, epoch]));
    expect(await textsOf(backend.read("run-1"))).toEqual(compacted);
    for (const content of disk.files().values()) expect(Buffer.from(content).includes("record 4")).toBe(false);
    expect(await writer.append([Buffer.from("more")], { expect: 12 })).toBe(13);
    expect(await backend.verify!("run-1")).toEqual([]);
    expect(await backend.head("run-1")).toMatchObject({ lastSeq: 13, epoch: writer.epoch, lease: "live" });
    await expect(hold(open(disk, host).backend)).rejects.toMatchObject({ code: "LEASE_HELD" });
    await writer.release();
    expect(await textsOf((await hold(open(disk, host).backend)).recovered())).toEqual([...compacted, "more"]);
  });

  test("G11: stopped at any operation it leaves the old journal or the new one, and both can be extended", { timeout: 60_000 }, async () => {
    const outcomes = new Set<string>();
    for (let stopAt = 0, done = false; !done; stopAt += 1) {
      for (const aftermath of ["death", "power", "power", "power"] as const) {
        const host = newHost();
        let disk = await written(host);
        let operations = -1;
        const gate: Gate = (_, path) => {
          if (operations >= stopAt) throw systemError("ECRASH", path);
          if (operations >= 0) operations += 1;
        };
        const { backend, die } = open(disk, host, gate);
        const writer = await hold(backend);
        operations = 0;
        const acknowledged = await writer.compact!(ranges, Buffer.from("-")).then(() => true, () => false);
        if (acknowledged) done = true;
        operations = Number.POSITIVE_INFINITY;
        die();
        if (aftermath === "power") {
          disk = disk.afterPowerLoss(seededRandom(stopAt * 7 + outcomes.size));
          host.machine.restart();
        }
        const next = open(disk, host).backend;
        const found = await textsOf(next.read("run-1"));
        const isNew = found.includes("-");
        outcomes.add(`${aftermath} ${isNew}`);
        expect(found, `stopped at ${stopAt}`).toEqual(isNew ? compacted : texts);
        if (acknowledged) expect(isNew).toBe(true);
        const successor = await hold(next);
        expect(await textsOf(successor.recovered())).toEqual(found);
        await successor.append([Buffer.from("more")], { expect: 12 });
        await successor.release();
        expect(await textsOf(next.read("run-1"))).toEqual([...found, "more"]);
        expect(await next.verify!("run-1")).toEqual([]);
      }
    }
    expect([...outcomes].toSorted()).toEqual(["death false", "death true", "power false", "power true"]);
  });

  test.each(["EIO", "ENOSPC", "EMFILE", "EACCES"])("G8: a failure (%s) at any operation ends the writer, and the next one finds the old journal or the new one", { timeout: 60_000 }, async (code) => {
    for (let failAt = 0, done = false; !done; failAt += 1) {
      const host = newHost();
      const disk = await written(host);
      let operations = Number.NEGATIVE_INFINITY;
      const { backend } = open(disk, host, (_, path) => {
        operations += 1;
        if (operations === failAt + 1) throw systemError(code, path);
      });
      const writer = await hold(backend);
      operations = 0;
      const compacting = await writer.compact!(ranges, Buffer.from("-")).then(() => true, () => false);
      done = compacting && operations <= failAt;
      if (!compacting) await expect(writer.append([Buffer.from("late")], { expect: 12 })).rejects.toMatchObject({ code: expect.stringMatching(/POISONED|NO_SPACE|FENCED/) });
      await writer.release().catch(() => undefined);
      const found = await textsOf(backend.read("run-1"));
      expect([texts, compacted], `failed at ${failAt}`).toContainEqual(found);
      const successor = await hold(backend);
      await successor.append([Buffer.from("more")], { expect: 12 });
      expect(await textsOf(backend.read("run-1"))).toEqual([...found, "more"]);
    }
  });

  test("G5: a holder that was taken over stays fenced when a compaction has removed its segment", async () => {
    const host = newHost();
    const disk = new SimDisk();
    const first = open(disk, host);
    const zombie = await hold(first.backend);
    await zombie.append([Buffer.from("one")], { expect: 0 });
    first.die();
    const next = await hold(open(disk, host).backend);
    await next.compact!([], Buffer.from("-"));
    expect(segmentsOf(disk)).not.toContain("e-00000001.j");
    await expect(zombie.append([Buffer.from("late")], { expect: 1 })).rejects.toMatchObject({ code: "FENCED" });
    await expect(zombie.compact!([], Buffer.from("-"))).rejects.toMatchObject({ code: "FENCED" });
    expect(await textsOf(next.recovered())).toEqual(["one"]);
  });

  test("G5: a holder that is taken over in the middle of a compaction does not finish it", async () => {
    const host = newHost();
    for (let stopAt = 0, done = false; !done; stopAt += 1) {
      const disk = await written(host);
      let operations = Number.NEGATIVE_INFINITY;
      let takeOver = async (): Promise<void> => undefined;
      const gate: Gate = () => void (operations += 1);
      const slow = open(disk, host, gate);
      const io = disk.io(gate);
      const paused = fsBackend({
        dir: "/store",
        system: host.system,
        processes: processesOf(host),
        io: {
          ...io,
          create: async (path) => {
            const file = await io.create(path);
            return {
              ...file,
              datasync: async () => {
                if (operations >= stopAt && path.endsWith(".j")) await takeOver();
                return file.datasync();
              },
            };
          },
        },
      });
      const writer = await hold(paused);
      let successor: StateWriter | undefined;
      takeOver = async () => {
        takeOver = async () => undefined;
        host.machine.restart();
        successor = await hold(slow.backend);
      };
      operations = 0;
      const finished = await writer.compact!(ranges, Buffer.from("-")).then(() => true, () => false);
      done = successor === undefined;
      if (successor === undefined) continue;
      expect(finished).toBe(false);
      await successor.append([Buffer.from("more")], { expect: 12 });
      const found = await textsOf(slow.backend.read("run-1"));
      expect([[...texts, "more"], [...compacted, "more"]], `stopped at ${stopAt}`).toContainEqual(found);
    }
  });

  test("G14: a reader that began before a compaction sees the old journal or the new one", { timeout: 60_000 }, async () => {
    for (let pauseAt = 0, done = false; !done; pauseAt += 1) {
      const host = newHost();
      const disk = await written(host);
      const writer = await hold(open(disk, host).backend);
      let compacting: Promise<unknown> | undefined;
      let operations = 0;
      const io = disk.io();
      const paused = async (): Promise<void> => {
        operations += 1;
        if (operations === pauseAt + 1) await (compacting = writer.compact!(ranges, Buffer.from("-")));
      };
      const reader = fsBackend({
        dir: "/store",
        io: { ...io, read: async (path) => (await paused(), io.read(path)), readdir: async (path) => (await paused(), io.readdir(path)) },
        system: host.system,
        processes: processesOf(host),
      });
      expect([texts, compacted], `paused at ${pauseAt}`).toContainEqual(await textsOf(reader.read("run-1")));
      done = compacting === undefined;
    }
  });

  test("G10: damage to a compacted journal is damage, and no torn end", async () => {
    const host = newHost();
    const disk = await written(host);
    const { backend, die } = open(disk, host);
    const writer = await hold(backend);
    await writer.compact!([], Buffer.from("-"));
    die();
    const path = `${directory}/e-0000000${writer.epoch}.j`;
    const whole = disk.files().get(path)!;
    // It proves itself: head.json may be gone after a loss of power.
    disk.replace(`${directory}/head.json`, undefined);
    for (let at = 0; at < whole.length - 73; at += 7) {
      const bytes = Uint8Array.from(whole);
      bytes[at]! ^= 4;
      disk.replace(path, bytes);
      await expect(textsOf(open(disk, host).backend.read("run-1")), `byte ${at}`).rejects.toMatchObject({ code: "CORRUPT", path });
    }
  });

  test("S8: appends that wait are in before, those that come later follow", async () => {
    const host = newHost();
    const disk = await written(host);
    const { backend } = open(disk, host);
    const writer = await hold(backend);
    const results = await Promise.all([
      writer.append([Buffer.from("a")], { expect: 12 }),
      writer.compact!([[13, 13]], Buffer.from("-")),
      writer.append([Buffer.from("b")], { expect: 13, durability: "process" }),
      writer.append([Buffer.from("c")], { expect: 14 }),
    ]);
    expect(results.map((result) => (typeof result === "number" ? result : "compacted"))).toEqual([13, "compacted", 14, 15]);
    expect(await textsOf(backend.read("run-1"))).toEqual([...texts, "-", "b", "c"]);
    for (const wrong of [[[0, 1]], [[2, 1]], [[1, 16]], [[1, 2], [2, 3]], [[1.5, 2]]] as [number, number][][]) {
      await expect(writer.compact!(wrong, Buffer.from("-"))).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    await writer.release();
    await expect(writer.compact!([], Buffer.from("-"))).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("S8: acquired, compacted and released a hundred times a run has one segment more than it needs at most", async () => {
    const host = newHost();
    const disk = await written(host);
    const { backend } = open(disk, host);
    for (let round = 0; round < 100; round += 1) {
      const writer = await hold(backend);
      if (round % 10 === 9) await writer.compact!([], Buffer.from("-"));
      await writer.release();
    }
    expect(segmentsOf(disk).length).toBeLessThanOrEqual(2);
    expect(await textsOf(backend.read("run-1"))).toEqual(texts);
  });
});
