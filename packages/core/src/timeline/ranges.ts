import type { JournalRecord } from "../journal/journal-record.ts";

/** Seqs from the first to the last, both of them included. */
export type Range = readonly [from: number, to: number];

/** A journal without cuts, and what is still to come. */
export const everything: readonly Range[] = [[1, Infinity]];

/**
 * What the run shows, or showed, at a position: what the last cut before it left visible, and what came after that cut. A
 * position that a later cut has hidden gives the timeline it was in. Default: what the run shows now, and what is to come.
 */
export function timelineAt(records: readonly (JournalRecord | undefined)[], position = Infinity): readonly Range[] {
  for (let seq = Math.min(position, records.length); seq > 0; seq -= 1) {
    const record = records[seq - 1];
    if (record?.k === "cut") return [...record.ranges, [seq, position]];
  }
  return [[1, position]];
}

/** The seqs of the ranges, up to the last record there is. */
export function* seqsIn(ranges: readonly Range[], last: number): Generator<number, undefined> {
  for (const [from, to] of ranges) for (let seq = from; seq <= to && seq <= last; seq += 1) yield seq;
}

export function contains(ranges: readonly Range[], seq: number): boolean {
  return ranges.some(([from, to]) => from <= seq && seq <= to);
}

/** Rising seqs as ranges. */
export function rangesOf(seqs: Iterable<number>): Range[] {
  const ranges: Range[] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === seq - 1) ranges[ranges.length - 1] = [last[0], seq];
    else ranges.push([seq, seq]);
  }
  return ranges;
}
