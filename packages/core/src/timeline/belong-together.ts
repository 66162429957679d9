import { parseAddress } from "../address/address.ts";
import { isLeaf, isPause } from "../history/call-node.ts";
import type { JournalRecord, StartedRecord } from "../journal/journal-record.ts";

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

/**
 * How many of these records can be gone on from if what came behind them is lost: not the last ones if they were written, or may have been,
 * with what is lost. Their calls are open then: a pause begins, an actor is tried and a run ends again, instead of for ever or for good.
 */
export function endWithoutLost(records: readonly JournalRecord[]): number {
  let end = records.length;
  while (end > 1 && mayBelongToLost(records, end)) end -= 1;
  return end;
}

function mayBelongToLost(records: readonly JournalRecord[], seq: number): boolean {
  const record = records[seq - 1];
  const call = record?.k === "started" ? record : record !== undefined && "c" in record ? startedAt(records, record.c) : undefined;
  if (record === undefined || call === undefined) return false;
  const { type } = parseAddress(call.a);
  if (record.k === "started" || record.k === "restarted") return isPause(type);
  if (record.k === "interrupted") return true;
  // What must not happen twice is never tried again by itself: its failure stood alone.
  if (record.k === "failed") return (isLeaf(type) && call.once !== 1) || type === "agent_call";
  return record.k === "completed" && call.root === 1 && !isLeaf(type);
}

function startedAt(records: readonly JournalRecord[], call: number): StartedRecord | undefined {
  const record = records[call - 1];
  return record?.k === "started" ? record : undefined;
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
  return startedAt(records, call)?.p;
}

function isRoot(records: readonly JournalRecord[], call: number): boolean {
  return startedAt(records, call)?.root === 1;
}
