import { fsBackend } from "@reprise/backend-fs";
import type { RepriseError, StateBackend, StoredRecord } from "@reprise/core/spi";
import { beforeAll, describe, expect, test } from "vitest";
import { SimDisk } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

// How to know that it works: a store that was written and left has no finding; whatever is done to one byte of it, verify has a
// finding wherever acquire refuses, none where everybody finds what was there, and it never throws. What is salvaged is a
// prefix of what was stored, and all of it that lies before the damage.

const directory = "/store/runs/4e/run-1";

function open(disk: SimDisk, system = new SimSystem(), machine = new SimMachine()): StateBackend {
  const { pid: _, ...processes } = machine.start();
  return fsBackend({ dir: "/store", io: disk.io(), system, processes });
}

async function textsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of batches) found.push(...batch.map(({ bytes }) => Buffer.from(bytes).toString()));
  return found;
}

const texts = ["one", "two", "three", "four", "five", "six", "seven"];

/** A run of three holders: two that let go, and one that died with records that nothing proves. */
async function writtenBy(holders: number): Promise<SimDisk> {
  const disk = new SimDisk();
  const machine = new SimMachine();
  const system = new SimSystem();
  let next = 0;
  for (let holder = 0; holder < holders; holder += 1) {
    const { pid, ...processes } = machine.start();
    const backend = fsBackend({ dir: "/store", io: disk.io(), system, processes });
    const writer = await backend.acquire("run-1", { owner: "test", create: "may" });
    for (const text of holder === 2 ? texts.slice(4) : texts.slice(2 * holder, 2 * holder + 2)) {
      await writer.append([Buffer.from(text)], { expect: next });
      next += 1;
    }
    if (holder === 0) await backend.post("run-1", "m", Buffer.from("an answer"));
    if (holder < 2) await writer.release();
    machine.end(pid);
  }
  return disk;
}

describe("S10: verify of a directory", () => {
  let files: Map<string, Uint8Array>;
  beforeAll(async () => {
    files = (await writtenBy(3)).files();
  });

  const damagedBy = async (change: (disk: SimDisk) => void): Promise<{ readonly backend: StateBackend; readonly errors: readonly RepriseError[] }> => {
    const disk = await writtenBy(3);
    change(disk);
    const backend = open(disk);
    return { backend, errors: await backend.verify!("run-1") };
  };

  test("S10: what nobody damaged has no finding, whoever holds it", async () => {
    const disk = await writtenBy(3);
    const backend = open(disk);
    expect(await backend.verify!("run-1")).toEqual([]);
    await backend.acquire("run-1", { owner: "test", create: "never" });
    expect(await backend.verify!("run-1")).toEqual([]);
    await expect(backend.verify!("run-2")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("S10: each damage has a finding with its file and place, and one does not hide the others", async () => {
    const { errors } = await damagedBy((disk) => {
      const broken = (name: string, offset: number): void => {
        const path = [...files.keys()].find((each) => each.startsWith(directory) && each.endsWith(name))!;
        const bytes = Uint8Array.from(files.get(path)!);
        bytes[offset]! ^= 1;
        disk.replace(path, bytes);
      };
      broken("head.json", 30);
      broken("e-00000001.j", 100);
      broken("e-00000002.j", files.get(`${directory}/e-00000002.j`)!.length - 80);
      broken("-m.m", 12);
    });
    expect(errors.map(({ code, path }) => [code, path?.slice(directory.length + 1)])).toEqual([
      ["CORRUPT", "head.json"],
      ["CORRUPT", "e-00000002.j"],
      ["CORRUPT", "e-00000001.j"],
      ["CORRUPT", "inbox/00000001-m.m"],
    ]);
    for (const { offset } of errors) expect(offset).toBeTypeOf("number");
  });

  test("S10: every file of a run that is gone is a finding that names it, but for those that are advisory", async () => {
    for (const path of files.keys()) {
      if (!path.startsWith(directory)) continue;
      const { errors } = await damagedBy((disk) => disk.replace(path, undefined));
      expect(errors.map((error) => error.path), path).toEqual(path.endsWith(".j") ? [path] : []);
    }
  });

  test("S10: what is advisory and was left empty by a loss of power is no finding, and the next holder restores it; without a journal it is one", async () => {
    const advisory = ["head.json", "lease.json"].map((name) => `${directory}/${name}`);
    const empty = (disk: SimDisk): void => advisory.forEach((path) => disk.replace(path, new Uint8Array()));
    const { backend, errors } = await damagedBy(empty);
    expect(errors).toEqual([]);
    expect((await backend.list()).damaged.map(({ stateId }) => stateId)).toEqual(["run-1"]);
    await (await backend.acquire("run-1", { owner: "test", create: "never" })).release();
    expect((await backend.list()).rows).toMatchObject([{ stateId: "run-1", lastSeq: texts.length, lease: "none" }]);

    const lost = await damagedBy((disk) => {
      empty(disk);
      for (const path of files.keys()) if (path.endsWith(".j")) disk.replace(path, undefined);
    });
    expect(lost.errors.map(({ code, path }) => [code, path])).toEqual([["CORRUPT", advisory[0]]]);
  });

  test("S10: whatever becomes of one byte, verify finds something wherever the run cannot be read, and salvage saves what lies before it", { timeout: 120_000 }, async () => {
    const disk = await writtenBy(3);
    const backend = open(disk);
    for (const [index, path] of [1, 2, 3].map((epoch) => `${directory}/e-0000000${epoch}.j`).entries()) {
      const intact = files.get(path)!;
      for (let at = 0; at < intact.length; at += 1) {
        const what = `byte ${at} of ${path}`;
        const bytes = Uint8Array.from(intact);
        bytes[at]! ^= 1 << (at % 8);
        disk.replace(path, bytes);
        const saved = await textsOf(backend.salvage!("run-1"));
        expect(saved, what).toEqual(texts.slice(0, saved.length));
        const endsBefore = (text: string): boolean => Buffer.from(intact).indexOf(`${text}\n`) !== -1 && Buffer.from(intact).indexOf(`${text}\n`) + text.length < at;
        expect(saved.length, what).toBeGreaterThanOrEqual(2 * index + texts.slice(2 * index).filter(endsBefore).length);
        const isRefused = await textsOf(backend.read("run-1")).then(() => false, () => true);
        expect(isRefused, what).toBe((await backend.verify!("run-1")).length > 0);
      }
      disk.replace(path, intact);
    }
  });

  test("S10: salvage of an intact run is what read gives; where the first segment is gone there is nothing", async () => {
    const disk = await writtenBy(3);
    const backend = open(disk);
    expect(await textsOf(backend.salvage!("run-1"))).toEqual(await textsOf(backend.read("run-1")));
    disk.replace(`${directory}/e-00000001.j`, undefined);
    expect(await textsOf(backend.salvage!("run-1"))).toEqual([]);
    await expect(textsOf(backend.salvage!("run-2"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
