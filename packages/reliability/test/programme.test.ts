import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { chooseParts } from "../src/choose-parts.ts";
import type { Part } from "../src/part.ts";
import { programme } from "../src/programme.ts";
import { resultTable } from "../src/result-table.ts";
import { vitestCall } from "../src/vitest-call.ts";

const pathOf = ({ project }: Part, file: string): string => fileURLToPath(new URL(`../../${project}/${file}`, import.meta.url));
const guarantees = [...readFileSync(new URL("../../../docs/rules.md", import.meta.url), "utf8").matchAll(/^\*\*(?<name>G\d+)\*\*/gmu)].map((match) => match[1] ?? "");

/** A part's tests and what stands beside them. */
function textsOf(part: Part): string {
  const files = part.files.map((file) => pathOf(part, file));
  const beside = files.flatMap((file) => readdirSync(dirname(file)).filter((name) => name.endsWith(".ts")).map((name) => `${dirname(file)}/${name}`));
  return [...new Set([...files, ...beside])].map((path) => readFileSync(path, "utf8")).join("\n");
}

describe.each(programme.map((part) => [part.name, part] as const))("%s", (_, part) => {
  test("attacks guarantees that exist, with tests that exist", () => {
    expect(part.attacks.filter((name) => !guarantees.includes(name))).toEqual([]);
    expect(part.attacks.length).toBeGreaterThan(0);
    expect(part.files.filter((file) => !existsSync(pathOf(part, file)))).toEqual([]);
  });

  test("has the bounded count that its tests fall back to", () => {
    if (part.amount === undefined) return;
    const { variable, bounded } = part.amount;
    const fallbacks = [...textsOf(part).matchAll(new RegExp(`process\\.env\\["${variable}"\\] \\?\\? "?(?<fallback>[\\w]+)"?`, "gu"))].map((match) => match[1]?.replaceAll("_", ""));
    expect(fallbacks).toContain(String(bounded));
  });
});

test("no two parts have one name, and every guarantee is attacked", () => {
  const names = programme.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(guarantees).toHaveLength(14);
  expect(guarantees.filter((guarantee) => !programme.some(({ attacks }) => attacks.includes(guarantee)))).toEqual([]);
});

const part: Part = { name: "fs: crashes", attacks: ["G1"], how: "", project: "backend-fs", files: ["test/a.test.ts"], amount: { variable: "REPRISE_A", unit: "seeds", bounded: 5, nightly: 5000 }, seed: "1" };

test("words choose parts by their names, and --nightly the long counts", () => {
  const other = { ...part, name: "sqlite: faults" };
  expect(chooseParts([part, other], [])).toEqual({ nightly: false, parts: [part, other] });
  expect(chooseParts([part, other], ["--", "--nightly", "FS", "crash"])).toEqual({ nightly: true, parts: [part] });
  expect(() => chooseParts([part], ["--nigthly"])).toThrow("unknown option --nigthly");
  expect(() => chooseParts([part], ["sqlite"])).toThrow("no part's name contains sqlite; there are:\n  fs: crashes");
  expect(vitestCall(part, { nightly: true })).toEqual({ words: ["run", "--project", "backend-fs", "--typecheck.enabled=false", "packages/backend-fs/test/a.test.ts"], environment: { REPRISE_A: "5000" } });
  expect(vitestCall(part, { nightly: false }).environment).toEqual({ REPRISE_A: "5" });
});

test("the results are a table, which says what failed", () => {
  const { amount: _, ...whole } = part;
  const results = [
    { part, nightly: true, seconds: 61.4, summary: "3 passed, 0 failed, 0 skipped", failed: false },
    { part: whole, nightly: true, seconds: 2, summary: undefined, failed: true },
  ];
  expect(resultTable(results).split("\n")).toEqual([
    "| part        | count         | seed | seconds | result                            |",
    "|-------------|---------------|------|---------|-----------------------------------|",
    "| fs: crashes | 5,000 seeds   | 1    | 61      | ok: 3 passed, 0 failed, 0 skipped |",
    "| fs: crashes | all there are | 1    | 2       | FAILED: the tests did not end     |",
  ]);
});
