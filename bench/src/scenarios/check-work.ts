import { sumOf, type Work } from "../work.ts";

/** Throws unless the handler was called so often, and the results of so many runs of so many calls came back. */
export function checkWork(work: Work, { calls, sum, runs = 1 }: { readonly calls: number; readonly sum: number; readonly runs?: number }): void {
  if (work.calls !== calls * runs) throw new Error(`the handler was called ${work.calls} times instead of ${calls * runs}`);
  if (sum !== sumOf(calls) * runs) throw new Error(`the results add up to ${sum} instead of ${sumOf(calls) * runs}`);
}
