import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

// How to know that it works: each example that prints something prints what it says.

const examples = [...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/```js\n(?<code>.*?)```/gsu)].map((match) => match.groups?.["code"] ?? "");
const starts = ["virtualSystem", "faultyBackend", "everyCrashPoint"];

test("there is an example of time, of faults, and of pipelines as a whole", () => {
  expect(examples.map((code) => starts.find((name) => code.includes(name)))).toEqual(["virtualSystem", "everyCrashPoint", "faultyBackend"]);
});

test.each(examples.map((code) => [code.split("\n").at(-2) ?? "", code] as const))("the example runs that ends in %s", { timeout: 30_000 }, async (_, code) => {
  const folder = await mkdtemp(join(import.meta.dirname, "readme-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "example.mjs"), code);
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--conditions=@reprise/source", join(folder, "example.mjs")], { encoding: "utf8", timeout: 25_000 });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  const said = [...code.matchAll(/^console\.log\(.*\); \/\/ (?<said>.*)$/gmu)].map((match) => match.groups?.["said"] ?? "");
  const bare = (text: string): string => text.replaceAll(/["'\s[\]]/gu, "");
  expect(stdout.trimEnd().split("\n").map(bare)).toEqual(said.map(bare));
});
