import type { Opener } from "../contestant.ts";
import { many, oneByOne, together } from "./loops.ts";

/** The calls, and nothing else. */
export const directAwait: Opener = async ({ work }) => ({
  sequence: (_id, calls) => oneByOne(calls, work.perform),
  fanOut: (_id, calls) => together(calls, work.perform),
  manyRuns: (runs, calls) => many(runs, () => oneByOne(calls, work.perform)),
  close: async () => undefined,
});
