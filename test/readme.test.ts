import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "./support/run-command.ts";
import { readWorkspace, workspaceRoot } from "./support/workspace.ts";

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

const scripts = readmes().flatMap((readme) =>
  [...readFileSync(join(workspaceRoot, readme), "utf8").matchAll(/```js\n(?<code>.*?)```/gsu)].map((match, index) => [readme, index + 1, match.groups?.["code"] ?? ""] as const),
);

// Examples in JavaScript say behind a `console.log` what it prints, where that is always the same.
test.each(scripts)("%s: script %i runs and prints what it says", { timeout: 60_000 }, async (_, __, code) => {
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
  expect(new Set(scripts.map(([readme]) => readme))).toContain("packages/testing/README.md");
});

/** An empty folder in which the packages of the workspace are installed. */
async function folderWithPackages(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "reprise-readme-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "node_modules/@reprise"), { recursive: true });
  for (const { folder: source, manifest } of readWorkspace()) await symlink(join(workspaceRoot, source), join(folder, "node_modules", manifest.name));
  await symlink(join(workspaceRoot, "examples/node_modules/zod"), join(folder, "node_modules/zod"));
  return folder;
}

function readmes(): readonly string[] {
  return ["README.md", ...readWorkspace().map(({ folder }) => join(folder, "README.md"))].filter((path) => existsSync(join(workspaceRoot, path)));
}

function firstExample(markdown: string): string {
  return /```ts\n(?<code>.*?)```/su.exec(markdown)?.groups?.["code"] ?? "";
}
