import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeBlocks } from "./support/markdown.ts";
import { folderWithPackages } from "./support/packages-folder.ts";
import { runScripts, scriptsOf } from "./support/page-scripts.ts";
import { readPages } from "./support/pages.ts";
import { runCommand } from "./support/run-command.ts";
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
let logged: Promise<readonly string[]> | undefined;

// Examples say behind a `console.log` what it prints, where that is always the same.
test.each(scripts.map(({ at }, index) => [at, index] as const))("the script of %s runs and prints what it says", { timeout: 120_000 }, async (_, index) => {
  logged ??= folderWithPackages().then((folder) => runScripts(folder, scripts));
  const printed = (await logged)[index] ?? "";
  const said = scripts[index]?.said ?? [];
  const bare = (text: string): string => text.replaceAll(/["'\s[\]]/gu, "");
  expect(said, printed).not.toEqual([]);
  const lines = printed.split("\n").map(bare);
  expect(lines.filter((line) => said.map(bare).includes(line)), printed).toEqual(said.map(bare));
});

test("there are such scripts", () => {
  expect(scripts.map(({ at }) => at.replace(/:\d+$/u, ""))).toEqual(expect.arrayContaining(["packages/testing/README.md", "packages/core/README.md"]));
});

function firstExample(markdown: string): string {
  return codeBlocks(markdown).find(({ language }) => language === "ts")?.code ?? "";
}
