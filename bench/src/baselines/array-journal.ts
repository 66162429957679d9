import type { Opener } from "../contestant.ts";
import { many, oneByOne, together } from "./loops.ts";

/** Each result as a line of JSON in an array, in the memory of the process. */
export const arrayJournal: Opener = async ({ work }) => {
  const perform = (journal: string[]) => async (index: number) => {
    const result = await work.perform(index);
    journal.push(JSON.stringify(result));
    return result;
  };
  return {
    sequence: (_id, calls) => oneByOne(calls, perform([])),
    fanOut: (_id, calls) => together(calls, perform([])),
    manyRuns: (runs, calls) => many(runs, () => oneByOne(calls, perform([]))),
    close: async () => undefined,
  };
};
