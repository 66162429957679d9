import type { PlannedCase } from "./choose-cases.ts";
import type { CaseResult } from "./results.ts";
import type { Outcome } from "./run-case.ts";
import type { Figures } from "./scenario.ts";

/** Who measures, and who decides how long. */
export interface Measuring {
  measure(planned: PlannedCase, repetition: number): Promise<Outcome>;
  /** Asked before a case is measured once more. */
  mayRepeat(): boolean;
}

/**
 * Measures all cases, the repetitions outermost: the contestants take turns, so that what the machine does meanwhile meets all of them. Who
 * cannot run or fails is not asked again, and the others go on.
 */
export async function runAll(cases: readonly PlannedCase[], { measure, mayRepeat }: Measuring): Promise<readonly CaseResult[]> {
  const results = new Map<PlannedCase, { figures: Figures[]; skipped?: string; failed?: string }>(cases.map((planned) => [planned, { figures: [] }]));
  const most = Math.max(0, ...cases.map(({ repetitions }) => repetitions));
  for (let repetition = 1; repetition <= most; repetition += 1) {
    for (const [planned, result] of results) {
      if (repetition > 1 && !mayRepeat()) break;
      if (repetition > planned.repetitions || result.skipped !== undefined || result.failed !== undefined) continue;
      const outcome = await measure(planned, repetition);
      if ("figures" in outcome) result.figures.push(outcome.figures);
      else Object.assign(result, outcome);
    }
  }
  return [...results].map(([{ scenario, contestant, size }, result]) => ({ scenario, contestant, size, ...result }));
}
