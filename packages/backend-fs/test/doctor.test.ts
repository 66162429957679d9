import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { doctor, fsBackend, type DoctorFinding } from "@reprise/backend-fs";
import type { StateBackend } from "@reprise/core/spi";
import { expect, onTestFinished, test } from "vitest";

// How to know that it works: of a store at rest there is nothing to say; each thing that can be wrong with it is said once, with
// its path, and the doctor has changed nothing.

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-doctor-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function write(backend: StateBackend, stateId: string): Promise<void> {
  const writer = await backend.acquire(stateId, { owner: "test", create: "may" });
  await writer.append([Buffer.from("{}")], { expect: writer.lastSeq });
  await writer.release();
}

const kinds = (findings: readonly DoctorFinding[], root: string): string[] => findings.map(({ kind, path }) => `${kind} ${path.slice(root.length + 1)}`).toSorted();

test("of a store at rest there is nothing to say but what is in it", async () => {
  const dir = await directory();
  const backend = fsBackend({ dir });
  await write(backend, "run-1");
  await write(backend, "run-1");
  await write(backend, "RUN/2");
  await backend.artifacts!.put(Buffer.from("content"));
  await backend.close();
  const report = await doctor({ dir, contents: true });
  expect(report).toMatchObject({ root: dir, healthy: true, findings: [], artifacts: { contents: 1, bytes: 7 } });
  expect(report.runs.toSorted((a, b) => (a.stateId < b.stateId ? -1 : 1))).toMatchObject([
    { stateId: "RUN/2", lease: "none", epoch: 1, lastSeq: 1, unread: 0 },
    { stateId: "run-1", lease: "none", epoch: 2, lastSeq: 2, unread: 0 },
  ]);
});

test("what is damaged, left behind, unread, foreign or open to others is said, with its path, and left as it is", async () => {
  const dir = await directory();
  const backend = fsBackend({ dir });
  await write(backend, "run-1");
  await backend.post("run-1", "m", Buffer.from("x"));
  await write(backend, "run-2");
  await (await backend.acquire("run-3", { owner: "test", create: "may" })).release();
  const { id } = await backend.artifacts!.put(Buffer.from("content"));
  const run = (name: string): string => join(dir, "runs", fanOuts[name]!, name);
  const fanOuts: Record<string, string> = {};
  for (const fanOut of await readdir(join(dir, "runs"))) for (const name of await readdir(join(dir, "runs", fanOut))) fanOuts[name] = fanOut;

  await chmod(run("run-1"), 0o755);
  await writeFile(join(run("run-1"), "notes.txt"), "mine", { mode: 0o600 });
  await writeFile(join(run("run-1"), "head.json.1.tmp"), "", { mode: 0o600 });
  await writeFile(join(run("run-1"), "e-00000002.j"), "", { mode: 0o600 });
  await writeFile(join(run("run-2"), "e-00000001.j"), "J1 H", { mode: 0o600 });
  await chmod(join(dir, "artifacts", "sha256", id.slice(0, 2), id), 0o600);
  await writeFile(join(dir, "artifacts", "sha256", id.slice(0, 2), id), "contend");
  await writeFile(join(dir, "artifacts", "tmp", "token"), "half");
  await mkdir(join(dir, "trash", "token"), { recursive: true, mode: 0o700 });
  await symlink(join(dir, "elsewhere"), join(dir, "tombstones"));
  const before = await readdir(dir, { recursive: true });

  const report = await doctor({ dir, contents: true });
  expect(report.healthy).toBe(false);
  const at = (name: string, file = ""): string => join("runs", fanOuts[name]!, name, file);
  expect(kinds(report.findings, dir)).toEqual(
    [
      `damaged artifacts/sha256/${id.slice(0, 2)}/${id}`,
      `damaged ${at("run-2", "e-00000001.j")}`,
      `empty ${at("run-3")}`,
      `foreign ${at("run-1", "notes.txt")}`,
      "leftover artifacts/tmp/token",
      "leftover trash/token",
      `leftover ${at("run-1", "head.json.1.tmp")}`,
      `permissions ${at("run-1")}`,
      "permissions tombstones",
      `superseded ${at("run-1", "e-00000002.j")}`,
      `unread ${at("run-1", "inbox")}`,
    ].toSorted(),
  );
  expect(await readdir(dir, { recursive: true })).toEqual(before);
  expect((await doctor({ dir })).findings).toHaveLength(report.findings.length - 1);
});

test("a run whose holder died is said to have a stale lease, one that is held is not", async () => {
  const dir = await directory();
  const held = fsBackend({ dir });
  await held.acquire("run-1", { owner: "test", create: "may" }).then((writer) => writer.append([Buffer.from("{}")], { expect: 0 }));
  expect(await doctor({ dir })).toMatchObject({ healthy: true, findings: [], runs: [{ lease: "live", lastSeq: 1 }] });
  const dead = { self: { host: "here", boot: "1", pidNamespace: "1", pid: 7, started: "1", thread: 0 }, find: () => ({ started: "1" }) };
  await fsBackend({ dir, processes: dead })
    .acquire("run-2", { owner: "test", create: "may" })
    .then((writer) => writer.append([Buffer.from("{}")], { expect: 0 }));
  const { findings } = await doctor({ dir, processes: { ...dead, find: () => undefined } });
  expect(findings.filter(({ kind }) => kind === "staleLease")).toMatchObject([{ stateId: "run-2", path: expect.stringMatching(/run-2.lease\.json$/) }]);
  await held.close();
});

test("where there is no store, or something else, the doctor says so", async () => {
  const dir = await directory();
  await expect(doctor({ dir })).rejects.toMatchObject({ code: "NOT_FOUND", path: dir });
  await writeFile(join(dir, "thesis.txt"), "years of work");
  await expect(doctor({ dir })).rejects.toMatchObject({ code: "INVALID_OPTION" });
  await expect(doctor({ dir: "" })).rejects.toMatchObject({ code: "INVALID_OPTION", path: "dir" });
  await expect(doctor({ dir, contents: "yes" as never })).rejects.toMatchObject({ code: "INVALID_OPTION", path: "contents" });
});
