import type { HiddenRoot, JournalRecord, StartedRecord } from "../journal/journal-record.ts";

/** The call that `execute` began, hidden or not; of a fork perhaps only in the original. */
export function lastRoot(records: readonly JournalRecord[]): HiddenRoot | undefined {
  const [first] = records;
  const begun = records.findLast((record): record is StartedRecord => record.k === "started" && record.root === 1);
  return begun ?? (first?.k === "run" ? first.root : undefined);
}
