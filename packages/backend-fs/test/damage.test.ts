import { fsBackend } from "@reprise/backend-fs";
import { isRepriseError, type StateBackend } from "@reprise/core/spi";
import { beforeAll, describe, expect, test } from "vitest";
import { makeFrame } from "../src/frame.ts";
import { journalRecords } from "../src/journal-records.ts";
import { loadJournal } from "../src/load-journal.ts";
import { runPaths, storePaths } from "../src/paths.ts";
import { scanSegment } from "../src/scan-segment.ts";
import { resealed } from "./forge.ts";
import { SimDisk } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

const segmentPath = "/store/runs/4e/run-1/e-00000001.j";

/** A run with groups of one and several records, acknowledged one after the other, whose writer then died. */
let disk: SimDisk;
let whole: Uint8Array;
let texts: string[];
/** Where the file ended, and how many records it held, after each acknowledgement. */
let acknowledged: { readonly end: number; readonly seq: number }[];

function open(on: SimDisk): StateBackend {
  const { pid: _, ...processes } = new SimMachine().start();
  return fsBackend({ dir: "/store", io: on.io(), system: new SimSystem(), processes });
}

/** What a reader finds; `head.json` left aside, this is about what the segment proves by itself. */
async function contents(on: SimDisk): Promise<string[] | "CORRUPT"> {
  try {
    const journal = await loadJournal(on.io(), runPaths(storePaths("/store"), "run-1"));
    return journal === undefined ? [] : [...journalRecords(journal, 1, Number.POSITIVE_INFINITY)].flat().map(({ bytes }) => Buffer.from(bytes).toString("latin1"));
  } catch (error) {
    if (!isRepriseError(error, "CORRUPT")) throw error;
    expect(error.path).toBe(segmentPath);
    expect(error.offset).toBeGreaterThanOrEqual(0);
    return "CORRUPT";
  }
}

beforeAll(async () => {
  disk = new SimDisk();
  const writer = await open(disk).acquire("run-1", { owner: "test", create: "must" });
  texts = [];
  acknowledged = [{ end: disk.files().get(segmentPath)!.length, seq: 0 }];
  for (let group = 0; group < 8; group += 1) {
    const batch = Array.from({ length: 1 + (group % 3) }, (_, index) => `{"group":${group},"index":${index},"text":"${"x".repeat(group * 5)}"}`);
    const seq = await writer.append(batch.map((text) => Buffer.from(text)), { expect: texts.length });
    texts.push(...batch);
    acknowledged.push({ end: disk.files().get(segmentPath)!.length, seq });
  }
  whole = disk.files().get(segmentPath)!;
});

/** Replaces the segment and reads the run: a prefix of the truth, or CORRUPT. Never less than what must be left. */
async function lengthWith(bytes: Uint8Array | undefined, atLeast: number): Promise<number | "CORRUPT"> {
  disk.replace(segmentPath, bytes);
  const found = await contents(disk);
  disk.replace(segmentPath, whole);
  if (found === "CORRUPT") return found;
  expect(found).toEqual(texts.slice(0, found.length));
  expect(found.length).toBeGreaterThanOrEqual(atLeast);
  return found.length;
}

const recordsBelow = (offset: number): number => acknowledged.findLast(({ end }) => end <= offset)?.seq ?? 0;
/** What lies below this was durable when the last frame was written, and the last frame says so. */
const provenEnd = (): number => acknowledged.at(-2)!.end;

describe("G10: damage in proven data is CORRUPT, a torn end is what it was before the last append", { timeout: 60_000 }, () => {
  test("cut at every byte", async () => {
    for (let cut = 0; cut <= whole.length; cut += 1) {
      // A file cut inside its header frame is a run whose creation nobody was told about.
      if (cut < acknowledged[0]!.end) continue;
      expect(await lengthWith(whole.subarray(0, cut), recordsBelow(cut)), `cut at ${cut}`).toBe(recordsBelow(cut));
    }
  });

  test("filled with zeros, ones or the start of a frame from every byte to the end", async () => {
    for (const fill of ["\0", "\u00ff", "J1 E "]) {
      for (let from = acknowledged[0]!.end; from < whole.length; from += 1) {
        const bytes = Buffer.from(whole);
        bytes.fill(fill, from, bytes.length, "latin1");
        const atLeast = recordsBelow(from);
        expect([atLeast, "CORRUPT"], `${JSON.stringify(fill)} from ${from}`).toContain(await lengthWith(bytes, atLeast));
      }
    }
  });

  test("every single bit flipped: loud below what was proven, else the end before the last append", async () => {
    for (let at = 0; at < whole.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bytes = Uint8Array.from(whole);
        bytes[at]! ^= 1 << bit;
        expect(await lengthWith(bytes, 0), `bit ${bit} of byte ${at}`).toBe(at < provenEnd() ? "CORRUPT" : acknowledged.at(-2)!.seq);
      }
    }
  });

  test("a hole of 16 bytes anywhere", async () => {
    for (let from = 0; from < whole.length; from += 1) {
      const bytes = Uint8Array.from(whole).fill(0, from, from + 16);
      const found = await lengthWith(bytes, 0);
      // A hole that takes the witness with it is one with the torn end.
      const expected = from + 16 <= provenEnd() ? ["CORRUPT"] : ["CORRUPT", recordsBelow(from)];
      expect(expected, `hole at ${from}`).toContain(found);
    }
  });

  test("frames swapped, repeated, dropped", async () => {
    const frames = acknowledged.slice(1).map(({ end }, index) => whole.subarray(acknowledged[index]!.end, end));
    const head = whole.subarray(0, acknowledged[0]!.end);
    const joined = (order: readonly number[]): Uint8Array => Buffer.concat([head, ...order.map((index) => frames[index]!)]);
    for (const order of [[1, 0, 2, 3, 4, 5, 6, 7], [0, 0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 6, 5, 7]]) {
      expect(await lengthWith(joined(order), 0), order.join()).toBe("CORRUPT");
    }
    // The last frame was proven by nobody: a second copy of it is a torn end.
    expect(await lengthWith(joined([0, 1, 2, 3, 4, 5, 6, 7, 7]), 0)).toBe(texts.length);
    expect(await lengthWith(joined([0, 1, 2, 3, 4, 5, 7, 6]), 0)).toBe("CORRUPT");
  });

  test("stale bytes behind a torn end stay unread, frames of another run or epoch do not fit", async () => {
    const stranger = new SimDisk();
    const writer = await open(stranger).acquire("run-2", { owner: "test", create: "must" });
    for (let seq = 1; seq <= 4; seq += 1) await writer.append([Buffer.from("foreign")], { expect: seq - 1 });
    const foreign = [...stranger.files()].find(([path]) => path.endsWith("e-00000001.j"))![1];
    expect(await lengthWith(Buffer.concat([whole, foreign]), texts.length)).toBe(texts.length);
    expect(await lengthWith(foreign, 0)).toBe(0);
    expect(await lengthWith(Buffer.concat([whole, whole.subarray(acknowledged[2]!.end, acknowledged[4]!.end)]), texts.length)).toBe(texts.length);
  });
});

test("G10: a false trail of frame headers behind a torn end costs linear time, and is CORRUPT if it cannot be told apart", async () => {
  const torn = Buffer.from("torn");
  // Each header is right, announces a payload to the end of the file, and claims that everything was durable.
  const size = 500_000;
  const trail = Buffer.alloc(size, "x");
  for (let at = 0; at + 200 < size; at += 100) {
    const fields = { kind: "E", epoch: 1, firstSeq: 1, count: 1, synced: size, previous: 0 } as const;
    const { bytes } = makeFrame(fields, Buffer.alloc(size - at - 73), 0);
    trail.set(bytes.subarray(0, 72), at);
    if (at > 20_000) break;
  }
  trail[size - 1] = 10;
  const bytes = Buffer.concat([torn, trail]);
  const before = performance.now();
  expect(scanSegment(bytes, 1, 0).damage?.reason).toMatch(/too many false frames/);
  expect(performance.now() - before).toBeLessThan(2000);
});

test("G10: a run of which neither head nor segments can be read is CORRUPT: it is not missing, and no new run is put in its place", async () => {
  const damagedDisk = new SimDisk();
  const writer = await open(damagedDisk).acquire("run-1", { owner: "test", create: "must" });
  await writer.append([Buffer.from("paid for")], { expect: 0 });
  await writer.release();
  for (const path of damagedDisk.files().keys()) if (path.includes("/run-1/")) damagedDisk.replace(path, Buffer.from("damaged"));
  const backend = open(damagedDisk);
  for (const create of ["never", "may", "must"] as const) {
    await expect(backend.acquire("run-1", { owner: "test", create })).rejects.toMatchObject({ code: "CORRUPT", path: "/store/runs/4e/run-1/head.json" });
  }
  await expect(backend.head("run-1")).rejects.toMatchObject({ code: "CORRUPT" });
});

describe("G10: what only a forger or a confused copy could do is noticed, too", () => {
  const second = "/store/runs/4e/run-1/e-00000002.j";
  /** A run of two segments, the second with a record of its own. */
  const continued = async (): Promise<SimDisk> => {
    const twice = new SimDisk();
    for (const text of ["first", "second"]) {
      const writer = await open(twice).acquire("run-1", { owner: "test", create: "may" });
      await writer.append([Buffer.from(text)], { expect: writer.lastSeq });
      await writer.append([Buffer.from(`${text}, again`)], { expect: writer.lastSeq });
      await writer.release();
    }
    return twice;
  };
  const read = (on: SimDisk) => loadJournal(on.io(), runPaths(storePaths("/store"), "run-1"));

  test("a frame that knows what is behind it to be durable", async () => {
    const changed = resealed(whole, 1, (frame, _, index) => (index === 3 ? { fields: { synced: frame.offset + 1 } } : {}));
    disk.replace(segmentPath, changed);
    await expect(read(disk)).rejects.toMatchObject({ code: "CORRUPT", path: segmentPath, offset: scanSegment(whole, 1, runPaths(storePaths("/store"), "run-1").seed).frames[3]!.offset });
    disk.replace(segmentPath, whole);
  });

  test("a gap between two seqs", async () => {
    disk.replace(segmentPath, resealed(whole, 1, (frame, _, index) => (index === 4 ? { fields: { firstSeq: frame.firstSeq + 1 } } : {})));
    await expect(read(disk)).rejects.toMatchObject({ code: "CORRUPT", path: segmentPath, message: expect.stringMatching(/record \d+ is missing/u) });
    disk.replace(segmentPath, whole);
  });

  test("a segment under the name of another epoch does not count", async () => {
    const copied = await continued();
    const path = "/store/runs/4e/run-1/e-00000009.j";
    await (await copied.io().create(path)).close();
    copied.replace(path, copied.files().get(second));
    expect((await read(copied))?.segments.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  test("damage to a segment that a later one continues is located in it", async () => {
    const older = (await continued()).files().get(segmentPath)!;
    for (let at = 0; at < older.length; at += 1) {
      const damagedDisk = await continued();
      const changed = Uint8Array.from(older);
      changed[at]! ^= 1;
      damagedDisk.replace(segmentPath, at % 2 === 0 ? changed : older.subarray(0, at));
      const error = await read(damagedDisk).then(() => undefined, (reason: unknown) => reason);
      // What lies behind the pin is nobody's: the seal.
      if (error === undefined) expect(at).toBeGreaterThan(older.length - 100);
      else expect(error, `byte ${at}`).toMatchObject({ code: "CORRUPT", path: segmentPath });
    }
  });
});
