import { CorruptError } from "../errors/storage-errors.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { rangesOf, seqsIn, timelineAt, type Range } from "./ranges.ts";

/** What a compaction keeps beside what the run shows. */
export interface KeptTimelines {
  /** So many checkpoints, the last of those in the journal, hidden ones too: what the run showed at each. */
  readonly checkpoints: number;
  /** Positions: what the run showed at each. */
  readonly timelines: readonly number[];
}

/**
 * The records that are still needed if nothing but these timelines is ever shown again: what is shown now, at the checkpoints and at the
 * positions, and whatever the timelines that these were cut from showed at the point of the cut; so every point of what is kept can
 * be gone back to. And the call that `execute` began, wherever it is. Throws `CORRUPT` for a cut that names a place behind itself.
 */
export function keptRanges(records: readonly JournalRecord[], { checkpoints, timelines }: KeptTimelines): Range[] {
  const kept = new Set<number>();
  const keep = (from: number): void => {
    for (let position: number | undefined = from; position !== undefined; ) {
      const ranges = timelineAt(records, position);
      for (const seq of seqsIn(ranges, records.length)) kept.add(seq);
      position = cutFrom(records, ranges.at(-1)?.[0] ?? 1);
    }
  };
  keep(records.length);
  const saved = records.flatMap((record, index) => (record.k === "checkpoint" ? [index + 1] : []));
  for (const position of [...timelines, ...saved.slice(saved.length - Math.min(checkpoints, saved.length))]) keep(position);
  const root = records.findLastIndex((record) => record.k === "started" && record.root === 1);
  if (root !== -1) kept.add(root + 1);
  return rangesOf([...kept].toSorted((left, right) => left - right));
}

/** The position that the record of this seq has cut the run back to; undefined if it is no cut. Always before it, so whoever goes from cut to cut comes to an end. */
function cutFrom(records: readonly JournalRecord[], seq: number): number | undefined {
  const record = records[seq - 1];
  if (record?.k !== "cut") return undefined;
  const { position } = record.why;
  if (position >= seq) throw new CorruptError(`record ${seq} cuts the run back to record ${position}, which is not before it`);
  return position;
}

/** Everything between these ranges that is still there. */
export function droppedRanges(records: readonly JournalRecord[], kept: readonly Range[]): Range[] {
  const keep = new Set(seqsIn(kept, records.length));
  return rangesOf(records.flatMap((record, index) => (keep.has(index + 1) || record.k === "gone" ? [] : [index + 1])));
}

/** The first seq in these ranges whose record a compaction has taken away; undefined if none has. */
export function firstGone(records: readonly (JournalRecord | undefined)[], ranges: readonly Range[]): number | undefined {
  for (const seq of seqsIn(ranges, records.length)) if (records[seq - 1]?.k === "gone") return seq;
  return undefined;
}
