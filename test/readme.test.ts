import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "./support/run-command.ts";
import { readWorkspace, workspaceRoot } from "./support/workspace.ts";

test("the example of the README runs, and runs again on what the first run left", async () => {
  const folder = await mkdtemp(join(tmpdir(), "reprise-readme-"));
  try {
    await mkdir(join(folder, "node_modules/@reprise"), { recursive: true });
    for (const { folder: source, manifest } of readWorkspace()) await symlink(join(workspaceRoot, source), join(folder, "node_modules", manifest.name));
    await symlink(join(workspaceRoot, "examples/node_modules/zod"), join(folder, "node_modules/zod"));
    await writeFile(join(folder, "example.mts"), firstExample(await readFile(join(workspaceRoot, "README.md"), "utf8")));
    const run = () => runCommand(process.execPath, ["--conditions=@reprise/source", "example.mts"], { cwd: folder });
    const expected = "published: A text after an outline of sagas.\n";
    expect((await run()).stdout).toBe(expected);
    expect((await run()).stdout).toBe(expected);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function firstExample(markdown: string): string {
  return /```ts\n(?<code>.*?)```/su.exec(markdown)?.groups?.["code"] ?? "";
}
