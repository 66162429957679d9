import type { PlannedCase } from "./choose-cases.ts";
import type { CaseResult } from "./results.ts";
import { runCase } from "./run-case.ts";
import type { Figures } from "./scenario.ts";

/** Who is told how it goes. */
export interface Progress {
  before(planned: PlannedCase, repetition: number): void;
  after(planned: PlannedCase, text: string): void;
  /** Asked before a case is measured once more. */
  mayRepeat(): boolean;
}

/** Measures all cases, the repetitions outermost: the contestants take turns, so that what the machine does meanwhile meets all of them. */
export async function runAll(cases: readonly PlannedCase[], directory: string, progress: Progress): Promise<readonly CaseResult[]> {
  const results = new Map<PlannedCase, { figures: Figures[]; skipped?: string; failed?: string }>(cases.map((planned) => [planned, { figures: [] }]));
  const most = Math.max(0, ...cases.map(({ repetitions }) => repetitions));
  for (let repetition = 1; repetition <= most; repetition += 1) {
    for (const [planned, result] of results) {
      if (repetition > 1 && !progress.mayRepeat()) break;
      if (repetition > planned.repetitions || result.skipped !== undefined || result.failed !== undefined) continue;
      progress.before(planned, repetition);
      const outcome = await runCase(planned, directory);
      if ("figures" in outcome) result.figures.push(outcome.figures);
      else Object.assign(result, outcome);
      progress.after(planned, JSON.stringify(outcome));
    }
  }
  return [...results].map(([{ scenario, contestant, size }, result]) => ({ scenario, contestant, size, ...result }));
}
