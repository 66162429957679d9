import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chooseCases } from "../src/choose-cases.ts";
import { contestants } from "../src/contestants.ts";
import { optionsOf } from "../src/options.ts";
import { goalsOf } from "../src/report/goals.ts";
import { numberText, summaryText } from "../src/report/number-text.ts";
import { renderTables } from "../src/report/render-tables.ts";
import { resultTable } from "../src/report/result-table.ts";
import { median, summaryOf } from "../src/report/summary.ts";
import { writeRegions } from "../src/report/write-regions.ts";
import type { CaseResult, Results } from "../src/results.ts";
import { scenarios } from "../src/scenarios.ts";

const circumstances = { date: "2026-11-22", node: "v24", machine: "2 cores", fileSystem: "ext4", commit: "12345678", minutes: 1 };
const resultsWith = (...cases: readonly CaseResult[]): Results => ({ circumstances, cases });
const sequenceOf = (contestant: string, ...us: readonly number[]): CaseResult => ({ scenario: "sequence", contestant, size: 1_000, figures: us.map((value) => ({ us: value })) });

test("the middle of some figures is told with the least and the greatest", () => {
  expect(summaryOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, count: 3 });
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(summaryText(summaryOf([1_000, 1_234, 2_000]))).toBe("1,234 [1,000-2,000]");
  expect(summaryText(summaryOf([0.128]))).toBe("0.13");
  expect([0.994, 0.996, 9.94, 9.96].map(numberText)).toEqual(["0.99", "1.0", "9.9", "10"]);
});

test("a table leaves out columns that nobody has a figure for", () => {
  const columns = [
    { heading: "", text: (row: { name: string }) => row.name },
    { heading: "us", text: () => "12" },
    { heading: "bytes", text: () => "" },
  ];
  expect(resultTable([{ name: "a" }], columns)).toBe("|     |  us |\n|-----|----:|\n| a   |  12 |");
});

test("regions of the document are replaced, and nothing else", () => {
  const document = "before\n<!-- generated: a -->\nold\n<!-- end of a -->\nafter\n";
  expect(writeRegions(document, new Map([["a", "new"]]))).toBe("before\n<!-- generated: a -->\nnew\n<!-- end of a -->\nafter\n");
  expect(() => writeRegions(document, new Map())).toThrow("no table a");
  expect(() => writeRegions(document, new Map([["a", ""], ["b", ""]]))).toThrow("no place for b");
});

test("docs/performance.md has a place for each table", () => {
  const document = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
  expect(() => writeRegions(document, renderTables(resultsWith()))).not.toThrow();
});

test("who cannot run or fails is in the table, with the reason", () => {
  const table = renderTables(
    resultsWith(
      { scenario: "sequence", contestant: "p-retry", size: 1_000, figures: [], skipped: "p-retry is not installed" },
      { scenario: "sequence", contestant: "Resonate, local", size: 1_000, figures: [], failed: "TypeError: no" },
    ),
  ).get("memory");
  expect(table).toContain("Not measured: p-retry: p-retry is not installed.");
  expect(table).toContain("Not measured: Resonate, local (sequence, 1,000): failed, TypeError: no.");
});

test("a goal is judged by the medians of one run, and left open where something is missing", () => {
  const raw = sequenceOf("file, write + fdatasync", 100, 200, 300);
  const judged = (...cases: readonly CaseResult[]) => goalsOf(resultsWith(raw, ...cases)).find(({ what }) => what.startsWith("fs, `power`"))?.reached;
  expect(judged()).toBeUndefined();
  expect(judged(sequenceOf("Reprise, fs power", 220, 230, 240))).toEqual({ text: "1.15", holds: true });
  expect(judged(sequenceOf("Reprise, fs power", 220, 232, 240))).toEqual({ text: "1.16", holds: false });
});

test("the goals and tables name contestants that there are", () => {
  const names = contestants.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const everything = chooseCases(scenarios, contestants, optionsOf([])).map(({ scenario, contestant, size }): CaseResult => ({
    scenario,
    contestant,
    size,
    figures: [{ us: 1, cpuUs: 1, ms: 1, bytes: 1, added: 1, imported: 1, perSecond: 1, listMs: 1, sinceStartMs: 1, bareMs: 1 }],
  }));
  expect(goalsOf(resultsWith(...everything)).filter(({ reached }) => reached === undefined)).toEqual([]);
});

test("words select: each must name the case", () => {
  const chosen = chooseCases(scenarios, contestants, optionsOf(["sequence", "1000", "reprise"]));
  expect(chosen.length).toBeGreaterThan(5);
  expect(chosen.every(({ scenario, contestant, size }) => scenario === "sequence" && contestant.startsWith("Reprise") && size === 1_000)).toBe(true);
  expect(chooseCases(scenarios, contestants, optionsOf(["--quick"])).every(({ repetitions, size }) => repetitions === 1 && size !== 10_000)).toBe(true);
});

test("an option that does not exist is refused, and --write with a part of the table", () => {
  expect(() => optionsOf(["--fast"])).toThrow("no option --fast");
  expect(() => optionsOf(["--write", "sequence"])).toThrow("needs the whole table");
  expect(() => optionsOf(["--repeat", "no"])).toThrow("--repeat must be a positive number, got no");
});
