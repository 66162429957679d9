import type { Part } from "./part.ts";

/** What came of a part. */
export interface PartResult {
  readonly part: Part;
  readonly nightly: boolean;
  readonly seconds: number;
  /** The closing line of the tests: `12 passed, 0 failed, 1 skipped`; undefined if they never came to it. */
  readonly summary: string | undefined;
  readonly failed: boolean;
}

const headings = ["part", "count", "seed", "seconds", "result"] as const;

/** The results as a Markdown table, so that it can be pasted into docs/reliability.md. */
export function resultTable(results: readonly PartResult[]): string {
  const rows = results.map((result) => [result.part.name, countOf(result), result.part.seed, result.seconds.toFixed(0), verdictOf(result)]);
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(headings), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}

function countOf({ part: { amount }, nightly }: PartResult): string {
  if (amount === undefined) return "all there are";
  const count = nightly ? amount.nightly : amount.bounded;
  return `${typeof count === "number" ? count.toLocaleString("en") : count} ${amount.unit}`;
}

function verdictOf({ failed, summary }: PartResult): string {
  return `${failed ? "FAILED" : "ok"}: ${summary ?? "the tests did not end"}`;
}
