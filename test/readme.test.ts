import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeBlocks } from "./support/markdown.ts";
import { folderWithPackages } from "./support/packages-folder.ts";
import { scriptsOf } from "./support/page-scripts.ts";
import { readPages } from "./support/pages.ts";
import { runCommand } from "./support/run-command.ts";
import { faultsOf, runScripts, saidIn, type Script, type ScriptRun } from "./support/run-scripts.ts";
import { workspaceRoot } from "./support/workspace.ts";

const promised = [
  { readme: "README.md", prints: "published: A text after an outline of sagas.\n" },
  { readme: "packages/http/README.md", prints: "started\ncompleted\ncompleted\n" },
];

test.each(promised)("the example of $readme runs, and runs again on what the first run left", { timeout: 60_000 }, async ({ readme, prints }) => {
  const folder = await folderWithPackages();
  await writeFile(join(folder, "example.mts"), firstExample(await readFile(join(workspaceRoot, readme), "utf8")));
  const run = () => runCommand(process.execPath, ["--conditions=@reprise/source", "example.mts"], { cwd: folder });
  expect((await run()).stdout).toBe(prints);
  expect((await run()).stdout).toBe(prints);
});

const scripts = scriptsOf(readPages());
let runs: Promise<readonly ScriptRun[]> | undefined;

// Examples say behind a `console.log` what it prints, where that is always the same.
test.each(scripts.map((script, index): [string, Script, number] => [script.at, script, index]))("the script of %s runs and prints what it says", { timeout: 120_000 }, async (_, script, index) => {
  runs ??= folderWithPackages().then((folder) => runScripts(folder, scripts));
  expect(saidIn(script.code)).not.toEqual([]);
  expect(faultsOf(script, (await runs)[index])).toEqual([]);
});

test("there are such scripts", () => {
  expect(scripts.map(({ at }) => at.replace(/:\d+$/u, ""))).toEqual(expect.arrayContaining(["packages/testing/README.md", "packages/core/README.md"]));
});

function firstExample(markdown: string): string {
  return codeBlocks(markdown).find(({ language }) => language === "ts")?.code ?? "";
}
