import { appendFile, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { now } from "../system.ts";

/** One run of a handler, as the handler noted it. */
export interface TallyEntry {
  readonly host: string;
  readonly routine: string;
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What handlers note of themselves, outside of Reprise, and how they take their time. */
export interface Tally {
  note(routine: string, attempt: number): Promise<void>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** One line in a file for each run of a handler. */
export function flowTally(file: string, host: string): Tally {
  return {
    note: (routine, attempt) => appendFile(file, `${JSON.stringify({ host, routine, attempt, at: now() } satisfies TallyEntry)}\n`),
    wait: (ms, signal) => wait(ms, undefined, { signal }),
  };
}

/** What was noted, in order. */
export async function readTally(file: string): Promise<TallyEntry[]> {
  const text = await readFile(file, "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line) as TallyEntry);
}
