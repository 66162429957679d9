import { CorruptError } from "../errors/storage-errors.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { rangesOf, seqsIn, type Range } from "./ranges.ts";

/** The new seq of each record that is still there, from the first to the last. */
export type NewSeqs = ReadonlyMap<number, number>;

/**
 * A record as it stands among others that were given new seqs: every field that names a record is mapped. What it names must
 * still be there, but for what a cut once left visible. Throws `CORRUPT`.
 */
export function renumber(record: JournalRecord, seqs: NewSeqs): JournalRecord {
  const one = (seq: number): number => newSeq(seqs, seq);
  const all = (list: readonly number[]): number[] => list.map(one);
  switch (record.k) {
    case "run":
    case "session":
    case "interruption":
    case "storage":
    case "message":
    case "sealed":
    case "received":
    case "gone":
      return record;
    case "now":
      return record.p === undefined ? record : { ...record, p: one(record.p) };
    case "started":
      return {
        ...record,
        ...(record.c !== undefined && { c: one(record.c) }),
        ...(record.p !== undefined && { p: one(record.p) }),
        ...(record.given && { given: record.given.map(([seq, input]): [number, string] => [one(seq), input]) }),
      };
    case "restarted":
    case "expired":
    case "retrying":
    case "awaiting":
    case "rejected":
    case "cancelled":
    case "interrupted":
      return { ...record, c: one(record.c) };
    case "completed":
      return { ...record, c: one(record.c), ...(record.vc !== undefined && { vc: one(record.vc) }), ...(record.vb && { vb: all(record.vb) }) };
    case "failed":
      return {
        ...record,
        c: one(record.c),
        ...(record.through && { through: all(record.through) }),
        ...(record.b && { b: record.b.map((branch) => (branch === null ? null : one(branch))) }),
      };
    case "checkpoint":
      return record.through === undefined ? record : { ...record, through: all(record.through) };
    case "cut":
      return {
        ...record,
        ranges: left(record.ranges, seqs),
        ...(record.anew && { anew: record.anew.flatMap((seq) => seqs.get(seq) ?? []) }),
        why: { ...record.why, position: atOrBefore(seqs, record.why.position), ...(record.why.checkpoint !== undefined && { checkpoint: atOrBefore(seqs, record.why.checkpoint) }) },
      };
  }
}

/** The records of these ranges with seqs from 1, as a journal of their own, which was never handed off. */
export function copyOf(records: readonly JournalRecord[], ranges: readonly Range[]): { readonly records: JournalRecord[]; readonly seqs: NewSeqs } {
  const kept = [...seqsIn(ranges, records.length)].filter((seq) => records[seq - 1]?.k !== "sealed" && records[seq - 1]?.k !== "received");
  const seqs = new Map(kept.map((seq, index) => [seq, index + 1]));
  return { records: kept.flatMap((seq) => renumber(records[seq - 1] as JournalRecord, seqs)), seqs };
}

function newSeq(seqs: NewSeqs, seq: number): number {
  const mapped = seqs.get(seq);
  if (mapped === undefined) throw new CorruptError(`a visible record names record ${seq}, which is hidden`);
  return mapped;
}

function left(ranges: readonly Range[], seqs: NewSeqs): [number, number][] {
  const last = ranges.at(-1)?.[1] ?? 0;
  return rangesOf([...seqsIn(ranges, last)].flatMap((seq) => seqs.get(seq) ?? [])).map(([from, to]) => [from, to]);
}

/** Says where something was; it need not be there any more. The first record always is. The number is whatever a record says: it is looked for among those there are. */
function atOrBefore(seqs: NewSeqs, seq: number): number {
  let found = 1;
  for (const [before, after] of seqs) {
    if (before > seq) break;
    found = after;
  }
  return found;
}
