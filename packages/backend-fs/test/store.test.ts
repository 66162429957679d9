import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import type { StateBackend } from "@reprise/core/spi";
import { expect, onTestFinished, test } from "vitest";

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-fs-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const hold = (backend: StateBackend) => backend.acquire("run-1", { owner: "me", create: "may" });

/** Every use of a backend that touches the store. */
const uses: readonly ((backend: StateBackend) => Promise<unknown>)[] = [
  hold,
  (backend) => backend.acquire("run-1", { owner: "me", create: "never" }),
  (backend) => backend.head("run-1"),
  (backend) => backend.list(),
  (backend) => backend.read("run-1")[Symbol.asyncIterator]().next(),
  (backend) => backend.remove("run-1", { force: true }),
];

async function snapshotOf(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    found[path] = entry.isFile() ? await readFile(path, "latin1") : "directory";
  }
  return found;
}

test("a directory that is not ours is refused, and not touched", async () => {
  const dir = await directory();
  await mkdir(join(dir, "runs"));
  await writeFile(join(dir, "thesis.txt"), "years of work");
  const before = await snapshotOf(dir);
  for (const use of uses) {
    await expect(use(fsBackend({ dir }))).rejects.toMatchObject({ code: "INVALID_OPTION", path: dir, message: expect.stringMatching(/holds (runs, )?thesis\.txt/) });
  }
  expect(await snapshotOf(dir)).toEqual(before);
});

test("a store of a newer format is refused with INCOMPATIBLE, and not touched", async () => {
  const dir = await directory();
  await (await hold(fsBackend({ dir }))).release();
  await writeFile(join(dir, "STORE"), '{"format":2,"id":"x","created":1}\n');
  const before = await snapshotOf(dir);
  for (const use of uses) {
    await expect(use(fsBackend({ dir }))).rejects.toMatchObject({ code: "INCOMPATIBLE", path: join(dir, "STORE"), message: expect.stringContaining("format 2") });
  }
  expect(await snapshotOf(dir)).toEqual(before);
});

test("a store that was good is looked at again once it is another one", async () => {
  const dir = await directory();
  const backend = fsBackend({ dir });
  const holdOnce = async (): Promise<void> => (await hold(backend)).release();
  for (const _ of "twice") await holdOnce();
  // As a newer version would convert it: in place of the old file.
  await writeFile(join(dir, "new"), '{"format":2,"id":"x","created":1}\n');
  await rename(join(dir, "new"), join(dir, "STORE"));
  for (const use of uses) await expect(use(backend)).rejects.toMatchObject({ code: "INCOMPATIBLE" });

  // Both at once, or the old number of the file might be free for the new one.
  await rename(dir, `${dir}-gone`);
  onTestFinished(() => rm(`${dir}-gone`, { recursive: true, force: true }));
  expect(await backend.head("run-1")).toBeUndefined();
  await holdOnce();
  expect((await readdir(dir)).toSorted()).toEqual(["STORE", "runs"]);
  await holdOnce();
  await rename(join(dir, "runs"), join(`${dir}-gone`, "other"));
  expect((await hold(backend)).epoch).toBe(1);
});

test("a STORE file that makes no sense is CORRUPT", async () => {
  const dir = await directory();
  for (const text of ["", "nonsense", "{}"]) {
    await writeFile(join(dir, "STORE"), text);
    for (const use of uses) await expect(use(fsBackend({ dir })), text).rejects.toMatchObject({ code: "CORRUPT", path: join(dir, "STORE") });
  }
});

test("what a process left that died while it made the store is no obstacle", async () => {
  const dir = await directory();
  await writeFile(join(dir, "STORE.1b9d6bcd.tmp"), '{"format":1');
  await mkdir(join(dir, "lost+found"));
  expect((await hold(fsBackend({ dir }))).epoch).toBe(1);
});

test("looking into a store that does not exist creates nothing", async () => {
  const dir = join(await directory(), "nothing", "here");
  const backend = fsBackend({ dir });
  expect(await backend.list()).toEqual({ rows: [], damaged: [] });
  expect(await backend.head("run-1")).toBeUndefined();
  await expect(backend.acquire("run-1", { owner: "me", create: "never" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(readdir(dir)).rejects.toMatchObject({ code: "ENOENT" });
  await hold(backend);
  expect((await readdir(dir)).toSorted()).toEqual(["STORE", "runs"]);
});

test("a directory that cannot be made or written is IO with its path", async () => {
  const dir = await directory();
  await writeFile(join(dir, "file"), "");
  const below = join(dir, "file", "store");
  for (const use of uses) {
    await expect(use(fsBackend({ dir: below }))).rejects.toMatchObject({ code: "IO", retry: "later", path: expect.stringContaining(below) });
  }
  if (process.platform === "linux") await expect(hold(fsBackend({ dir: "/proc/reprise" }))).rejects.toMatchObject({ code: "IO", path: "/proc/reprise" });
});

test("a segment that is a symbolic link is not followed", async () => {
  const dir = await directory();
  const backend = fsBackend({ dir });
  await (await hold(backend)).release();
  const elsewhere = join(dir, "elsewhere");
  await writeFile(elsewhere, "J1 H");
  await symlink(elsewhere, join(dir, "runs", "4e", "run-1", "e-00000002.j"));
  await expect(hold(backend)).rejects.toMatchObject({ code: "IO" });
  expect(await readFile(elsewhere, "utf8")).toBe("J1 H");
});

test("a segment of a newer format is INCOMPATIBLE, a run directory under another name is damaged", async () => {
  const dir = await directory();
  const backend = fsBackend({ dir });
  await (await hold(backend)).release();
  const run = join(dir, "runs", "4e", "run-1");
  const { makeFrame } = await import("../src/frame.ts");
  const { crc32c } = await import("../src/crc32c.ts");
  const fields = { kind: "H", epoch: 2, firstSeq: 0, count: 0, synced: 0, previous: 0 } as const;
  const header = JSON.stringify({ format: 2, stateId: "run-1", relogged: [] });
  await writeFile(join(run, "e-00000002.j"), makeFrame(fields, Buffer.from(header), crc32c(Buffer.from("run-1"))).bytes);
  await expect(backend.head("run-1")).rejects.toMatchObject({ code: "INCOMPATIBLE", path: join(run, "e-00000002.j") });

  await (await backend.acquire("run-2", { owner: "me", create: "may" })).release();
  const other = join(dir, "runs", (await readdir(join(dir, "runs"))).find((name) => name !== "4e")!);
  await mkdir(join(other, "copy"));
  await writeFile(join(other, "copy", "head.json"), await readFile(join(other, "run-2", "head.json")));
  const page = await backend.list();
  expect(page.rows.map((row) => row.stateId).toSorted()).toEqual(["run-1", "run-2"]);
  expect(page.damaged).toMatchObject([{ stateId: "copy", error: { code: "CORRUPT" } }]);
});

test("options are checked when the backend is made", () => {
  for (const [options, message] of [
    [undefined, /fsBackend: options must be an object, got undefined/],
    [{ dir: "" }, /dir must be a path, got ""/],
    [{ dir: ".", durabilty: "power" }, /fsBackend: durabilty is not an option \(options: dir, durability, ttlMs,/],
    [{ dir: ".", durability: "none" }, /durability must be one of "power", "process", got "none"/],
    [{ dir: ".", ttlMs: 0 }, /ttlMs must be a positive number of milliseconds, got 0/],
    [{ dir: ".", maxRecordBytes: 1e9 }, /maxRecordBytes must be an integer from 1 to 67108864, got 1000000000/],
    [{ dir: ".", segmentBytes: 0 }, /segmentBytes must be an integer from 1 to 1073741824, got 0/],
    [{ dir: ".", sync: "never" }, /sync must be one of "auto", "pool", "blocking", got "never"/],
  ] as const) {
    expect(() => fsBackend(options as unknown as { dir: string })).toThrow(message);
  }
});

test("the files of a run are lines of text around the records", async () => {
  const dir = await directory();
  const backend = fsBackend({ dir });
  const writer = await hold(backend);
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  await writer.append([json({ kind: "started" })], { expect: 0, header: { tags: ["t"], createdAt: 5 } });
  await writer.append([json({ kind: "completed" }), json([1, "two"])], { expect: 1 });
  await writer.release();
  const run = join(dir, "runs", "4e", "run-1");
  expect((await readdir(run)).toSorted()).toEqual(["e-00000001.j", "head.json", "lease.json"]);
  const lines = (await readFile(join(run, "e-00000001.j"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => line.slice(0, 4))).toEqual(["J1 H", "J1 E", "J1 B", "J1 Z"]);
  expect(JSON.parse(lines[0]!.slice(72))).toMatchObject({ format: 1, stateId: "run-1", previous: null, relogged: [] });
  expect(lines[1]!.slice(72)).toBe('{"kind":"started"}');
  expect(lines[2]!.slice(72)).toBe('[20,9]{"kind":"completed"}[1,"two"]');
  expect(JSON.parse(await readFile(join(run, "head.json"), "utf8"))).toMatchObject({
    head: { stateId: "run-1", lastSeq: 3, provenSeq: 3, header: { createdAt: 5, tags: ["t"], status: "running" } },
  });
  expect(JSON.parse(await readFile(join(run, "lease.json"), "utf8"))).toMatchObject({ owner: "me", epoch: 1, released: true });
});

test.each(["auto", "blocking", "pool"] as const)("syncs that are waited for elsewhere keep the same promises: %s", async (sync) => {
  const dir = await directory();
  const backend = fsBackend({ dir, sync });
  const writer = await hold(backend);
  await Promise.all(Array.from({ length: 50 }, (_, index) => writer.append([Buffer.from(`${index}`)], { expect: index })));
  await backend.close();
  expect((await hold(fsBackend({ dir }))).lastSeq).toBe(50);
});

test("auto: the event loop turns once for each sync; blocking: it stands still", async () => {
  const turns = async (sync: "auto" | "blocking"): Promise<number> => {
    const writer = await hold(fsBackend({ dir: await directory(), sync }));
    let turned = 0;
    let isDone = false;
    const turn = (): void => {
      turned += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    for (let index = 0; index < 50; index += 1) await writer.append([Buffer.from(`${index}`)], { expect: index });
    isDone = true;
    await writer.release();
    return turned;
  };
  expect(await turns("auto")).toBeGreaterThanOrEqual(50);
  expect(await turns("blocking")).toBeLessThan(10);
});

test("heartbeats and background syncs do not keep a process alive", async () => {
  const { spawnSync } = await import("node:child_process");
  const dir = await directory();
  const program = `
    import { fsBackend } from "@reprise/backend-fs";
    const writer = await fsBackend({ dir: ${JSON.stringify(dir)} }).acquire("run-1", { owner: "me", create: "may" });
    await writer.append([Buffer.from("a")], { expect: 0, durability: "process" });
    console.log("done");`;
  const result = spawnSync(process.execPath, ["--conditions=@reprise/source", "--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(result.stdout).toBe("done\n");
  expect(result.status).toBe(0);
  expect((await hold(fsBackend({ dir }))).lastSeq).toBe(1);
});
