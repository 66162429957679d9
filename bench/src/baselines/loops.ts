import type { CallResult } from "../work.ts";

/** Calls 0 to `calls - 1`, each after the other. Gives the sum of their `i`. */
export async function oneByOne(calls: number, call: (index: number) => Promise<CallResult>, from = 0, sum = 0): Promise<number> {
  for (let index = from; index < calls; index += 1) sum += (await call(index)).i;
  return sum;
}

/** All of them at once. */
export async function together(calls: number, call: (index: number) => Promise<CallResult>): Promise<number> {
  const results = await Promise.all(Array.from({ length: calls }, (_, index) => call(index)));
  return results.reduce((sum, { i }) => sum + i, 0);
}

/** Some runs at once, each with a number. */
export async function many(runs: number, run: (number: number) => Promise<number>): Promise<number> {
  const sums = await Promise.all(Array.from({ length: runs }, (_, number) => run(number)));
  return sums.reduce((sum, next) => sum + next, 0);
}
