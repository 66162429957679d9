import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sqliteBackend } from "@reprise/backend-sqlite";
import { expect, test } from "vitest";
import { hold, meddle, storeFile } from "./support/store-file.ts";

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

test("the statement of the README prints a journal, and looks at no record of another run", async () => {
  const file = await storeFile();
  const backend = sqliteBackend({ file });
  for (const stateId of ["run-0", "run-1", "run-2"]) await (await hold(backend, stateId)).append(["a", "b"].map((text) => Buffer.from(`${stateId} ${text}`)), { expect: 0 });
  await backend.close();
  const sql = /```sql\n(?<code>.*?)```/su.exec(readme)?.groups?.["code"] ?? "";
  const rows = ["a", "b"].map((text, index) => ({ seq: index + 1, record: `run-1 ${text}` }));
  expect(meddle(file, (database) => database.prepare(sql).all())).toEqual(rows);
  const plan = meddle(file, (database) => database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => detail));
  expect(plan).toContain("SEARCH records USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
});

test("the README lists every option", () => {
  for (const source of ["options.ts", "sqlite-backend.ts"]) {
    const text = readFileSync(join(top, "src", source), "utf8");
    const options = [...text.matchAll(/^ {2}readonly (\w+)\??:/gmu)].map(([, name]) => name);
    expect(options.length).toBeGreaterThan(2);
    for (const option of options) expect(readme).toMatch(new RegExp(`^\\|.*\`${option}\``, "mu"));
  }
});
