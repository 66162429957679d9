import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise } from "@reprise/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeProject, temporaryFolder, writeFiles } from "./make-fixture.ts";
import { runDemo, type DemoEnd } from "./run-demo.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let project: string;
let state: string;
let counter = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  project = join(folder.path, "project");
  await makeProject(project);
});
afterAll(() => folder[Symbol.asyncDispose]());
beforeEach(() => {
  counter += 1;
  state = join(folder.path, `state-${counter}`);
});

/** A run that died in the middle. */
async function deadRun(): Promise<string> {
  const end = await runDemo(["--json", "--no-resume", "--crash-at", "20", "--dir", project, "--state-dir", state]);
  expect(end, end.stderr).toMatchObject({ exitCode: 0, json: { status: "killed" } });
  return end.json.run;
}

/** One line, with the code, and the exit code; with `--json` the same in an object. */
function expectProblem(end: DemoEnd, exitCode: number, code: string): void {
  expect(end.exitCode, end.stderr).toBe(exitCode);
  const lines = end.stderr.split("\n").filter((line) => line.startsWith("reprise-demo: "));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(new RegExp(`^reprise-demo: ${code}: .{10,}$`, "u"));
  expect(end.stderr).not.toMatch(/^ {4}at /mu);
  if (end.stdout.startsWith("{")) expect(end.json.problem.code).toBe(code);
}

async function expectResumable(run: string): Promise<void> {
  const end = await runDemo(["resume", run, "--json", "--state-dir", state]);
  expect(end.exitCode, end.stderr).toBe(0);
  expect(end.json.handlers.ranAgain).toBe(0);
  expect(end.json.handlers.completedBefore).toBeGreaterThan(0);
}

const timeout = { timeout: 60_000 };

test("a wrong option is one line and exit code 2, before anything is made", timeout, async () => {
  const end = await runDemo(["--backend", "postgres", "--state-dir", state]);
  expect(end.stderr).toBe('reprise-demo: USAGE: --backend must be fs or memory, got "postgres"\n');
  expectProblem(end, 2, "USAGE");
  expect(await readdir(folder.path)).not.toContain(`state-${counter}`);
});

test("a folder to audit that is none, or has nothing installed, is refused", timeout, async () => {
  expectProblem(await runDemo(["--json", "--dir", join(folder.path, "nowhere"), "--state-dir", state]), 2, "USAGE");
  await writeFiles(folder.path, { "bare/package.json": "{}" });
  expectProblem(await runDemo(["--json", "--dir", join(folder.path, "bare"), "--state-dir", state]), 2, "USAGE");
});

test("a state directory that cannot be made says why", timeout, async () => {
  await writeFiles(folder.path, { "a-file": "" });
  expectProblem(await runDemo(["--json", "--dir", project, "--state-dir", join(folder.path, "a-file/state")]), 4, "IO");
});

test("somebody else's folder is refused as state directory and left alone", timeout, async () => {
  expectProblem(await runDemo(["--json", "--dir", project, "--state-dir", project]), 4, "FOREIGN_DIRECTORY");
  expect((await readdir(project)).toSorted()).toEqual(["node_modules", "package.json", "packages"]);
});

test("an unknown run, and a run in a place without runs, are not found", timeout, async () => {
  const run = await deadRun();
  expectProblem(await runDemo(["resume", "audit-nobody", "--json", "--state-dir", state]), 4, "NOT_FOUND");
  expectProblem(await runDemo(["resume", run, "--json", "--state-dir", join(folder.path, "nothing-here")]), 4, "NOT_FOUND");
  expectProblem(await runDemo(["resume", "../escape", "--json", "--state-dir", state]), 4, "NOT_FOUND");
  await expectResumable(run);
});

test("a flipped byte in the journal is found, named with its file, and the run goes on once it is repaired", timeout, async () => {
  const run = await deadRun();
  const journal = await largestFileBelow(join(state, "runs"));
  const intact = await readFile(journal);
  const damaged = Buffer.from(intact);
  // In the first third: behind it there are records that prove that this one had been acknowledged.
  const place = Math.floor(intact.length / 3);
  damaged[place] = (damaged[place] ?? 0) ^ 0x20;
  await writeFile(journal, damaged);
  const end = await runDemo(["resume", run, "--json", "--state-dir", state]);
  expectProblem(end, 4, "CORRUPT");
  await writeFile(journal, intact);
  await expectResumable(run);
});

test("a run that another process holds is refused with the holder's name, and goes on when it lets go", timeout, async () => {
  const run = await deadRun();
  const holder = createReprise({ backend: fsBackend({ dir: join(state, "runs") }) });
  await holder.load(run);
  const end = await runDemo(["resume", run, "--json", "--state-dir", state]);
  await holder.close();
  expectProblem(end, 4, "LEASE_HELD");
  expect(end.json.problem.message).toContain(String(process.pid));
  await expectResumable(run);
});

test("resumed with another folder or seed, the run refuses the changed input and keeps its own", timeout, async () => {
  const run = await deadRun();
  const other = join(folder.path, "other");
  await makeProject(other).catch(() => undefined);
  expectProblem(await runDemo(["resume", run, "--json", "--dir", other, "--state-dir", state]), 2, "INPUT_CHANGED");
  expectProblem(await runDemo(["resume", run, "--json", "--seed", "99", "--state-dir", state]), 2, "INPUT_CHANGED");
  await expectResumable(run);
});

async function largestFileBelow(path: string): Promise<string> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => {
    const file = join(entry.parentPath, entry.name);
    return { file, size: (await readFile(file)).length };
  }));
  const largest = files.toSorted((a, b) => b.size - a.size)[0];
  if (largest === undefined) throw new Error(`no files below ${path}`);
  return largest.file;
}
