import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeBlocks } from "./support/markdown.ts";
import { folderWithPackages } from "./support/packages-folder.ts";
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

const scripts = readPages().flatMap(({ path, text }) =>
  codeBlocks(text)
    .filter(({ language }) => language === "js")
    .map(({ code, line }) => ({ at: `${path}:${line}`, code })),
);

// Examples in JavaScript say behind a `console.log` what it prints, where that is always the same.
test.each(scripts)("the script of $at runs and prints what it says", { timeout: 60_000 }, async ({ code }) => {
  const folder = await folderWithPackages();
  await writeFile(join(folder, "example.mjs"), code);
  const { stdout } = await runCommand(process.execPath, ["--conditions=@reprise/source", "example.mjs"], { cwd: folder });
  const said = [...code.matchAll(/^console\.log\(.*\); \/\/ (?<said>.*)$/gmu)].map((match) => match.groups?.["said"] ?? "");
  const bare = (text: string): string => text.replaceAll(/["'\s[\]]/gu, "");
  expect(said).not.toEqual([]);
  const printed = stdout.trimEnd().split("\n").map(bare);
  expect(printed.filter((line) => said.map(bare).includes(line)), stdout).toEqual(said.map(bare));
});

test("there are such scripts", () => {
  expect(scripts.map(({ at }) => at.replace(/:\d+$/u, ""))).toContain("packages/testing/README.md");
});

function firstExample(markdown: string): string {
  return codeBlocks(markdown).find(({ language }) => language === "ts")?.code ?? "";
}
