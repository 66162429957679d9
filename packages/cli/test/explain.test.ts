import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runReprise } from "./support/run-reprise.ts";
import { newDirectory } from "./support/stores.ts";

const folder = new URL("../../../docs/errors/", import.meta.url);
const codes = readdirSync(folder).filter((name) => name !== "README.md").map((name) => name.replace(".md", ""));

test("what the command says of an error begins with a code, and explain prints the page of that code", { timeout: 60_000 }, async () => {
  const cwd = await newDirectory();
  await mkdir(join(cwd, "runs"));
  const { stderr } = await runReprise(["show", "no-such-run", "--backend", "fs:runs"], { cwd });
  const code = /^reprise: (?<code>[A-Z_]+): /u.exec(stderr)?.groups?.["code"] ?? stderr;
  const page = readFileSync(new URL(`${code}.md`, folder), "utf8");
  expect(await runReprise(["explain", code], { cwd })).toEqual({ code: 0, stdout: page, stderr: "" });
  expect((await runReprise(["explain", code.toLowerCase()], { cwd })).stdout).toBe(page);
  expect(JSON.parse((await runReprise(["explain", code, "--json"], { cwd })).stdout)).toMatchObject({ code, text: page });
});

test("the help says where a code is explained", { timeout: 60_000 }, async () => {
  expect((await runReprise(["--help"])).stdout).toContain("reprise explain CODE");
});

test("explain without a code lists every code with what it means", { timeout: 60_000 }, async () => {
  const { code, stdout } = await runReprise(["explain"]);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n").slice(1).map((line) => line.split(" ")[0])).toEqual(codes.toSorted());
  expect(stdout).toMatch(/^LEASE_HELD +Somebody else executes this run\.$/mu);
});

test.each([
  [["explain", "LEASE_HELT"], 'reprise: there is no code "LEASE_HELT", did you mean LEASE_HELD?\n'],
  [["explain", "../../README"], 'reprise: there is no code "../../README"; explain without a code lists all\n'],
])("%j is wrong use, said in one line", { timeout: 60_000 }, async (words, stderr) => {
  expect(await runReprise(words)).toEqual({ code: 2, stdout: "", stderr });
});
