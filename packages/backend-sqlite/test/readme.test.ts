import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { storeFile } from "./support/store-file.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(top, "README.md"), "utf8");

test("the example of the README runs, and prints what it says", async () => {
  const folder = dirname(await storeFile());
  await mkdir(join(folder, "node_modules/@reprise"), { recursive: true });
  for (const name of ["core", "backend-sqlite"]) await symlink(join(top, "..", name), join(folder, "node_modules/@reprise", name));
  const example = /```ts\n(?<code>.*?)```/su.exec(readme)?.groups?.["code"] ?? "";
  await writeFile(join(folder, "example.mts"), example);
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@reprise/source", "example.mts"], { cwd: folder });
  const comments = [...example.matchAll(/console\.log\(.*\); \/\/ (?<said>.*)$/gmu)].map((match) => match.groups?.["said"]);
  expect(comments.length).toBeGreaterThan(1);
  expect(stdout).toBe(`${comments.join("\n")}\n`);
});

test("the README lists every option", () => {
  for (const source of ["options.ts", "sqlite-backend.ts"]) {
    const text = readFileSync(join(top, "src", source), "utf8");
    const options = [...text.matchAll(/^ {2}readonly (\w+)\??:/gmu)].map(([, name]) => name);
    expect(options.length).toBeGreaterThan(2);
    for (const option of options) expect(readme).toMatch(new RegExp(`^\\|.*\`${option}\``, "mu"));
  }
});
