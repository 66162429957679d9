import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsArtifacts, fsBackend, type Io } from "@reprise/backend-fs";
import { isRepriseError, type ArtifactBackend } from "@reprise/core/spi";
import { describe, expect, onTestFinished, test } from "vitest";
import { SimDisk, systemError, type Gate } from "./sim-disk.ts";
import { seededRandom, SimSystem } from "./sim-system.ts";

/*
 * The suite of @reprise/testing holds the contract; here is what needs the disk: names and modes of files, crashes at every
 * call, failing calls, and what is left behind.
 */
const idOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const content = (text: string): Uint8Array => Buffer.from(text.repeat(20));

// One for all: no two processes draw the same token.
const system = new SimSystem();

function open(disk: SimDisk, gate?: Gate, mutate: (io: Io) => Io = (io) => io): ArtifactBackend {
  return fsArtifacts({ dir: "/a/store", io: mutate(disk.io(gate)), system });
}

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-artifacts-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test("G12: a content has one file, named by its hash, for its owner only, and nothing else is left", async () => {
  const dir = await directory();
  const artifacts = fsArtifacts({ dir });
  const { id } = await artifacts.put(content("one"));
  await Promise.all([artifacts.put(content("one")), artifacts.put(content("one"))]);
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(files.map((entry) => join(entry.parentPath, entry.name))).toEqual([join(dir, "sha256", id.slice(0, 2), id)]);
  if (process.platform !== "win32") expect((await stat(join(dir, "sha256", id.slice(0, 2), id))).mode & 0o777).toBe(0o600);
  await artifacts.close();
});

test("G12: a backend on a directory keeps its artifacts in it, also those put before the first run", async () => {
  const dir = await directory();
  const backend = fsBackend({ dir });
  const { id } = await backend.artifacts!.put(content("early"));
  await using writer = await backend.acquire("run-1", { owner: "test", create: "must" });
  expect(writer.lastSeq).toBe(0);
  expect(await fsArtifacts({ dir: join(dir, "artifacts") }).get(id)).toEqual(new Uint8Array(content("early")));
  await backend.close();
  await expect(backend.artifacts!.get(id)).rejects.toMatchObject({ code: "CLOSED" });
});

test("G12: an artifact is not put into a directory that belongs to something else", async () => {
  const dir = await directory();
  await writeFile(join(dir, "thesis.txt"), "mine");
  await expect(fsBackend({ dir }).artifacts!.put(content("one"))).rejects.toMatchObject({ code: "INVALID_OPTION" });
  expect(await readdir(dir)).toEqual(["thesis.txt"]);
});

test("G12: what is there and intact is not written again", async () => {
  const disk = new SimDisk();
  const writes: string[] = [];
  const artifacts = open(disk, (operation, path) => void (operation === "write" && writes.push(path)));
  await artifacts.put(content("one"));
  expect(await artifacts.put(content("one"))).toMatchObject({ existed: true });
  expect(await open(disk, () => undefined).put(content("one"))).toMatchObject({ existed: true });
  expect(writes).toHaveLength(1);
});

/** Puts contents, dies at the n-th call of the disk, and gives what was acknowledged before the power went. */
async function crashAt(calls: number, random: () => number, mutate?: (io: Io) => Io): Promise<{ readonly disk: SimDisk; readonly acknowledged: Uint8Array[] }> {
  const disk = new SimDisk();
  let left = calls;
  const gate: Gate = (_, path) => {
    left -= 1;
    if (left < 0) throw systemError("EIO", path);
  };
  const acknowledged: Uint8Array[] = [];
  // Two processes on one directory, one content in common.
  await Promise.allSettled(
    [open(disk, gate, mutate), open(disk, gate, mutate)].flatMap((artifacts, process) =>
      ["both", `own-${process}`].map(async (text) => {
        await artifacts.put(content(text));
        acknowledged.push(content(text));
      }),
    ),
  );
  return { disk: disk.afterPowerLoss(random), acknowledged };
}

async function violations(seeds: number, mutate?: (io: Io) => Io): Promise<string[]> {
  const found: string[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = seededRandom(seed);
    const calls = Math.floor(random() * 60);
    const { disk, acknowledged } = await crashAt(calls, random, mutate);
    const artifacts = open(disk);
    const texts = ["both", "own-0", "own-1"];
    for (const text of texts) {
      const expected = content(text);
      const promised = acknowledged.some((bytes) => idOf(bytes) === idOf(expected));
      try {
        const bytes = await artifacts.get(idOf(expected));
        if (idOf(bytes) !== idOf(expected)) found.push(`seed ${seed}, ${calls} calls: ${text} has wrong bytes`);
      } catch (error) {
        if (promised || !isRepriseError(error, "NOT_FOUND")) found.push(`seed ${seed}, ${calls} calls: ${text}: ${String(error)}`);
      }
      // And whatever is left, the store goes on.
      await artifacts.put(expected);
      await artifacts.get(idOf(expected));
    }
  }
  return found;
}

describe("power losses", () => {
  const seeds = Number(process.env["REPRISE_SEEDS"] ?? 400);

  test("G12: whatever the moment, what was acknowledged is there, whole, and nothing is there in part", { timeout: Math.max(600_000, 200 * Number(process.env["REPRISE_SEEDS"] ?? 400)) }, async () => {
    expect((await violations(seeds)).slice(0, 3)).toEqual([]);
  });

  const withoutEffect = async (): Promise<void> => undefined;
  test.each<[string, (io: Io) => Io]>([
    ["contents are not synced", (io) => ({ ...io, create: async (path) => ({ ...(await io.create(path)), datasync: withoutEffect }) })],
    ["directories are not synced", (io) => ({ ...io, syncDirectory: withoutEffect })],
    ["only the last directory is synced", (io) => ({ ...io, syncDirectory: async (path) => (path.split("/").length > 4 ? io.syncDirectory(path) : undefined) })],
  ])("the simulation bites: it finds a violation when %s", async (_, mutate) => {
    expect(await violations(400, mutate)).not.toEqual([]);
  });
});

test("G12: what somebody made who died before its name was durable is made durable by the next", async () => {
  const operations: string[] = [];
  await fsArtifacts({ dir: "/a/b/store", io: new SimDisk().io((operation) => void operations.push(operation)), system }).put(content("both"));
  for (const at of operations.keys()) {
    const disk = new SimDisk();
    let done = 0;
    const die: Gate = (_, path) => {
      done += 1;
      if (done > at) throw systemError("ECRASH", path);
    };
    await fsArtifacts({ dir: "/a/b/store", io: disk.io(die), system }).put(content("both")).catch(() => undefined);
    const { id } = await fsArtifacts({ dir: "/a/b/store", io: disk.io(), system }).put(content("both"));
    for (let seed = 1; seed <= 20; seed += 1) {
      const left = disk.afterPowerLoss(seededRandom(seed));
      expect(await fsArtifacts({ dir: "/a/b/store", io: left.io(), system }).get(id), `died at ${at}, seed ${seed}`).toEqual(new Uint8Array(content("both")));
    }
  }
});

test("G12: what a collection throws away can be had again for the grace, and is deleted by the next collection after it", async () => {
  let now = 1_000_000;
  const disk = new SimDisk(() => now);
  const artifacts = fsArtifacts({ dir: "/a/store", io: disk.io(), system });
  const nothing = async function* (): AsyncGenerator<string> {};
  const collect = () => artifacts.collect!(nothing(), { graceMs: 1000 });
  const { id } = await artifacts.put(content("one"));
  now += 2000;
  expect(await collect()).toMatchObject({ condemned: 1, removed: 0 });
  expect(await artifacts.get(id)).toEqual(new Uint8Array(content("one")));
  // Somebody asked for it, so it is young again.
  expect(await collect()).toMatchObject({ condemned: 0, removed: 0 });
  now += 2000;
  expect(await collect()).toMatchObject({ condemned: 1, removed: 0 });
  now += 500;
  expect(await collect()).toMatchObject({ condemned: 1, removed: 0 });
  now += 600;
  expect(await collect()).toMatchObject({ condemned: 0, removed: 1 });
  await expect(artifacts.get(id)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("G12: what was damaged after it had been thrown away is not put back", async () => {
  let now = 1_000_000;
  const disk = new SimDisk(() => now);
  const artifacts = fsArtifacts({ dir: "/a/store", io: disk.io(), system });
  const { id } = await artifacts.put(content("one"));
  now += 2000;
  await artifacts.collect!((async function* (): AsyncGenerator<string> {})(), { graceMs: 1000 });
  const [path] = [...disk.files().keys()].filter((name) => name.includes(id));
  disk.replace(path!, content("two"));
  await expect(artifacts.get(id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect([...disk.files().keys()].filter((name) => name.includes(id))).toEqual([]);
});

test("G12: get gives no bytes with another hash", async () => {
  const disk = new SimDisk();
  const { id } = await open(disk).put(content("one"));
  const [path] = [...disk.files().keys()].filter((name) => name.endsWith(id));
  disk.replace(path!, content("two"));
  await expect(open(disk).get(id)).rejects.toMatchObject({ code: "CORRUPT", path });
  expect(await open(disk).put(content("one"))).toMatchObject({ id, existed: false });
  expect(await open(disk).get(id)).toEqual(new Uint8Array(content("one")));
});

describe("failing calls", () => {
  test.each([
    ["mkdir", "EACCES", "IO"],
    ["create", "EMFILE", "IO"],
    ["write", "ENOSPC", "NO_SPACE"],
    ["write", "EDQUOT", "NO_SPACE"],
    ["datasync", "EIO", "IO"],
    ["rename", "EIO", "IO"],
    ["syncDirectory", "EIO", "IO"],
  ])("G12: %s fails with %s: %s, nothing is left, and the next put goes on", async (operation, code, expected) => {
    const disk = new SimDisk();
    let failing = true;
    const artifacts = open(disk, (happening, path) => {
      if (failing && happening === operation) throw systemError(code, path);
    });
    await expect(artifacts.put(content("one"))).rejects.toMatchObject({ code: expected });
    expect([...disk.files().keys()].filter((path) => path.includes("/tmp/"))).toEqual([]);
    failing = false;
    const { id } = await artifacts.put(content("one"));
    expect(await artifacts.get(id)).toEqual(new Uint8Array(content("one")));
  });

  test("G12: what cannot be read is IO, neither missing nor damaged, and put replaces it", async () => {
    const disk = new SimDisk();
    let failing = false;
    const artifacts = open(disk, (operation, path) => {
      if (failing && (operation === "read" || operation === "stat")) throw systemError("EIO", path);
    });
    const { id } = await artifacts.put(content("one"));
    failing = true;
    await expect(artifacts.get(id)).rejects.toMatchObject({ code: "IO" });
    await expect(artifacts.stat(id)).rejects.toMatchObject({ code: "IO" });
    expect(await artifacts.put(content("one"))).toMatchObject({ id, existed: false });
  });
});

test("options that make no sense are refused by name", () => {
  for (const options of [{ dir: "" }, { dir: 1 }, { dir: "x", durability: "none" }]) {
    expect(() => fsArtifacts(options as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  }
});
