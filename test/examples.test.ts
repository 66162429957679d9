import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "./support/run-command.ts";
import { workspaceRoot } from "./support/workspace.ts";

const folder = join(workspaceRoot, "examples");
const examples = (await readdir(folder)).filter((name) => name.endsWith(".ts"));

test.for(examples)("%s prints what it says it prints", { timeout: 60_000 }, async (name) => {
  const path = join(folder, name);
  const { stdout } = await runCommand(process.execPath, ["--conditions=@reprise/source", path], { cwd: workspaceRoot });
  expect(stdout).toBe(promised(readFileSync(path, "utf8")));
});

test("the list of the examples names every one", () => {
  const listed = [...readFileSync(join(folder, "README.md"), "utf8").matchAll(/\]\((?<file>[\w-]+\.ts)\)/gu)].map(({ groups }) => groups?.["file"]);
  expect(listed.toSorted()).toEqual(examples.toSorted());
});

/** The comment that ends an example, behind its line `Prints:`. */
function promised(source: string): string {
  const comment = /\/\* Prints:\n(?<lines>.*?)\*\/\n$/su.exec(source)?.groups?.["lines"];
  if (comment === undefined) throw new Error("an example ends with a comment that says what it prints");
  return comment;
}
