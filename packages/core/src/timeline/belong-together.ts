import type { JournalRecord } from "../journal/journal-record.ts";

/**
 * The end of what belongs together at a position: a failed attempt and the retry it led to, a pause and what ends it, what was cancelled with the
 * outcome of the call that closed, what an interruption found open with its checkpoint, the outcome of a run and its status. Those were written in one append, so the run never
 * was between them, and a cut does not go there either.
 */
export function endOfUnit(records: readonly JournalRecord[], position: number): number {
  let end = position;
  while (belongsToNext(records, end)) end += 1;
  return end;
}

function belongsToNext(records: readonly JournalRecord[], seq: number): boolean {
  const record = records[seq - 1];
  const next = records[seq];
  if (record === undefined || next === undefined) return false;
  if (record.k === "failed" && next.k === "retrying") return record.c === next.c;
  if (next.k === "awaiting") return next.c === (record.k === "restarted" ? record.c : seq);
  if (record.k === "interrupted") return next.k === "interrupted" || next.k === "interruption" || next.k === "checkpoint";
  if (record.k === "interruption") return next.k === "checkpoint" && next.status === "interrupted";
  if (record.k === "cancelled") return endsWithAncestor(records, record.c, seq);
  if ((record.k === "completed" || record.k === "failed") && next.k === "checkpoint") return next.status === record.k && isRoot(records, record.c);
  return false;
}

/** Do cancelled records lead from here to the outcome of a call around this one? */
function endsWithAncestor(records: readonly JournalRecord[], call: number, seq: number): boolean {
  for (let index = seq; index < records.length; index += 1) {
    const record = records[index];
    if (record?.k !== "cancelled" && record?.k !== "completed" && record?.k !== "failed") return false;
    if (isBelow(records, call, record.c)) return true;
    if (record.k !== "cancelled") return false;
  }
  return false;
}

function isBelow(records: readonly JournalRecord[], call: number, ancestor: number): boolean {
  let around = parentOf(records, call);
  while (around !== undefined && around !== ancestor) around = parentOf(records, around);
  return around !== undefined;
}

function parentOf(records: readonly JournalRecord[], call: number): number | undefined {
  const record = records[call - 1];
  return record?.k === "started" ? record.p : undefined;
}

function isRoot(records: readonly JournalRecord[], call: number): boolean {
  const record = records[call - 1];
  return record?.k === "started" && record.root === 1;
}
