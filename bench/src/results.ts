import { summaryOf, type Summary } from "./report/summary.ts";
import type { Case, Figures } from "./scenario.ts";

/** What came of a case: figures of each repetition, or why there are none. */
export interface CaseResult extends Case {
  readonly figures: readonly Figures[];
  /** It cannot run here, or a repetition failed. */
  readonly skipped?: string;
  readonly failed?: string;
}

/** Where and when it was measured, for the reader of the tables. */
export interface Circumstances {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly fileSystem: string;
  readonly commit: string;
  readonly minutes: number;
}

/** All of one run. */
export interface Results {
  readonly circumstances: Circumstances;
  readonly cases: readonly CaseResult[];
}

/** The result of a case, if it was part of the run. */
export function resultOf(results: Results, { scenario, contestant, size }: Case): CaseResult | undefined {
  return results.cases.find((result) => result.scenario === scenario && result.contestant === contestant && result.size === size);
}

/** A figure of a case over its repetitions; undefined where it was not measured. */
export function figureOf(results: Results, wanted: Case, figure: string): Summary | undefined {
  const values = (resultOf(results, wanted)?.figures ?? []).map((figures) => figures[figure]).filter((value) => value !== undefined);
  return values.length > 0 ? summaryOf(values) : undefined;
}
