import type { CaseResult, Results } from "../results.ts";

/** Why rows of a table have no figures: a line for each reason. */
export function notMeasured(results: Results, scenarios: readonly string[], contestants: ReadonlySet<string>): string {
  const reasons = new Map<string, Set<string>>();
  for (const result of results.cases) {
    const reason = reasonOf(result);
    if (reason === undefined || !scenarios.includes(result.scenario) || !contestants.has(result.contestant)) continue;
    reasons.set(reason, (reasons.get(reason) ?? new Set()).add(`${result.contestant}${result.failed === undefined ? "" : ` (${result.scenario}, ${result.size.toLocaleString("en")})`}`));
  }
  return [...reasons].map(([reason, rows]) => `\nNot measured: ${[...rows].join(", ")}: ${reason}.`).join("");
}

function reasonOf({ skipped, failed }: CaseResult): string | undefined {
  return skipped ?? (failed === undefined ? undefined : `failed, ${failed}`);
}
