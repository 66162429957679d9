import type { Session } from "../contestant.ts";
import { system } from "../system.ts";
import type { CallResult, Work } from "../work.ts";
import { many, oneByOne, together } from "./loops.ts";

/** A result of a run, as JSON. */
export interface JournalLine {
  readonly run: string;
  readonly line: string;
}

/** A journal written by hand: lines go in, come back, and that is all. */
export interface HandWrittenJournal {
  /** Stored when it returns, as far as this journal promises. */
  append(run: string, line: string): void;
  /** All of them, of whichever runs, with one commit or sync. */
  appendAll(lines: readonly JournalLine[]): void;
  read(run: string): readonly string[];
  close(): void;
}

/** What a program that keeps its results in such a journal does. */
export function journalSession(journal: HandWrittenJournal, work: Work): Session {
  const recorded = (run: string) => async (index: number) => {
    const result = await work.perform(index);
    journal.append(run, JSON.stringify(result));
    return result;
  };
  const grouped = groupCommit(journal, work);
  return {
    sequence: (id, calls) => oneByOne(calls, recorded(id)),
    fanOut: (id, calls) => together(calls, grouped(id)),
    manyRuns: (runs, calls) => many(runs, (number) => oneByOne(calls, grouped(`many-${number}`))),
    async resume(id, calls) {
      let sum = 0;
      const lines = journal.read(id);
      for (const line of lines) sum += (await replayed(line)).i;
      return oneByOne(calls, recorded(id), lines.length, sum);
    },
    async load(id) {
      const results = journal.read(id).map((line) => JSON.parse(line) as CallResult);
      return () => results.length;
    },
    close: async () => journal.close(),
  };
}

async function replayed(line: string): Promise<CallResult> {
  return JSON.parse(line) as CallResult;
}

/** Whatever was handed in during one turn of the event loop is stored together. */
function groupCommit(journal: HandWrittenJournal, work: Work): (run: string) => (index: number) => Promise<CallResult> {
  let waiting: (JournalLine & { readonly done: () => void })[] = [];
  const commit = (): void => {
    const group = waiting;
    waiting = [];
    journal.appendAll(group);
    for (const { done } of group) done();
  };
  return (run) => async (index) => {
    const result = await work.perform(index);
    await new Promise<void>((done) => {
      if (waiting.length === 0) system.atEndOfTurn(commit);
      waiting.push({ run, line: JSON.stringify(result), done });
    });
    return result;
  };
}
