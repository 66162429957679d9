import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "./support/run-command.ts";
import { readWorkspace, workspaceRoot } from "./support/workspace.ts";

const promised = [
  { readme: "README.md", prints: "published: A text after an outline of sagas.\n" },
  { readme: "packages/http/README.md", prints: "started\ncompleted\ncompleted\n" },
];

test.each(promised)("the example of $readme runs, and runs again on what the first run left", { timeout: 60_000 }, async ({ readme, prints }) => {
  const folder = await mkdtemp(join(tmpdir(), "reprise-readme-"));
  try {
    await mkdir(join(folder, "node_modules/@reprise"), { recursive: true });
    for (const { folder: source, manifest } of readWorkspace()) await symlink(join(workspaceRoot, source), join(folder, "node_modules", manifest.name));
    await symlink(join(workspaceRoot, "examples/node_modules/zod"), join(folder, "node_modules/zod"));
    await writeFile(join(folder, "example.mts"), firstExample(await readFile(join(workspaceRoot, readme), "utf8")));
    const run = () => runCommand(process.execPath, ["--conditions=@reprise/source", "example.mts"], { cwd: folder });
    expect((await run()).stdout).toBe(prints);
    expect((await run()).stdout).toBe(prints);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function firstExample(markdown: string): string {
  return /```ts\n(?<code>.*?)```/su.exec(markdown)?.groups?.["code"] ?? "";
}
