import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bin, runReprise } from "./support/run-reprise.ts";
import { newDirectory } from "./support/stores.ts";

test.concurrent.each([
  [["lst"], "reprise: unknown command 'lst', did you mean list, ls?"],
  [["list", "--stauts", "failed"], "reprise: unknown option '--stauts', did you mean --status?"],
  [["list", "--status", "runing"], "reprise: option '-s, --status <status...>' argument 'runing' is invalid. Allowed choices are running, paused, awaiting, interrupted, completed, failed."],
  [["list", "--limit", "none"], "reprise: option '-n, --limit <count>' argument 'none' is invalid. It must be a whole number from 1."],
  [["list", "--due", "soon"], "It must be a date, e.g. 2026-11-21 or 2026-11-21T10:00Z, or so long ago, e.g. 15m, 2h or 7d."],
  [["show"], "reprise: missing required argument 'run'"],
  [["rewind", "x"], "reprise: a point is needed: --from ADDRESS, --checkpoint SEQ or --position SEQ"],
  [["rewind", "x", "--from", "a::tool_call", "--position", "3"], "reprise: --from, --checkpoint and --position exclude each other"],
  [["answer", "x", "y", "yes"], "It must be JSON; a text needs quotes of its own"],
  [["list", "--backend", "fss:runs"], 'reprise: --backend must be fs:PATH or sqlite:PATH, got "fss:runs", did you mean "fs"?'],
  [["list", "--backend", "runs"], "reprise: --backend must be fs:PATH or sqlite:PATH, got \"runs\", did you mean \"fs:runs\"?"],
  [["list", "--backend", "runs.db"], "got \"runs.db\", did you mean \"sqlite:runs.db\"?"],
  [["list", "--backend", "sqlite"], "reprise: --backend must be fs:PATH or sqlite:PATH, got \"sqlite\"\n"],
  [["list", "--backend", "fs:"], "reprise: --backend must be fs:PATH or sqlite:PATH, got \"fs:\"\n"],
  [["list", "--backend", "fs:a", "--config", "b"], "reprise: --backend and --config exclude each other"],
  [["doctor", "--backend", "sqlite:runs.db"], 'reprise: doctor looks into the directory of an fs store, got "sqlite:runs.db": verify reads everything that any store holds'],
  [["completion", "tcsh"], "Allowed choices are bash, zsh, fish."],
])("%j is refused with one line that names the fault", { timeout: 60_000 }, async (words, message) => {
  const { code, stdout, stderr } = await runReprise(words, { cwd: await newDirectory() });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test.each([
  ["throw new Error('no key')", "no key"],
  ["throw undefined", "undefined"],
  ["throw 'no key'", "no key"],
  ["export default 1", 'must export what createReprise(…) gives, as its default or as "reprise"'],
])("a configuration that holds %j is refused with one line that names it", { timeout: 60_000 }, async (source, message) => {
  const cwd = await newDirectory();
  await writeFile(join(cwd, "reprise.config.mjs"), source);
  const { code, stdout, stderr } = await runReprise(["list"], { cwd });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^reprise: reprise\.config\.mjs [^\n]*\n$/u);
  expect(stderr).toContain(message);
});

test("what nobody has foreseen keeps its stack, and is not taken for something that was found", { timeout: 60_000 }, async () => {
  const cwd = await newDirectory();
  await writeFile(join(cwd, "reprise.config.mjs"), "const verb = () => { throw new Error('of its own'); };\nexport default { list: verb, history: verb, resume: verb, close: () => {} };");
  expect(await runReprise(["list"], { cwd })).toEqual({ code: 70, stdout: "", stderr: expect.stringMatching(/Error: of its own\n\s+at /u) });
});

test.skipIf(process.platform === "win32")("in a directory that is gone, what needs one says so in one line, and help is there", { timeout: 60_000 }, async () => {
  const gone = async (word: string): Promise<SpawnSyncReturns<string>> => {
    const cwd = await newDirectory();
    const node = [process.execPath, "--conditions=@reprise/source", bin, word];
    return spawnSync("sh", ["-c", 'rmdir "$0" && exec "$@"', cwd, ...node], { cwd, encoding: "utf8", env: { PATH: process.env["PATH"] } });
  };
  expect(await gone("list")).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(/^reprise: the working directory cannot be read: ENOENT[^\n]*\n$/u) });
  expect(await gone("--help")).toMatchObject({ status: 0, stderr: "" });
});

test("without any store it says how to name one", { timeout: 60_000 }, async () => {
  expect(await runReprise(["list"], { cwd: await newDirectory() })).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("no store: name one with --backend fs:DIRECTORY, --backend sqlite:FILE or REPRISE_BACKEND, or write a reprise.config.ts") });
});
