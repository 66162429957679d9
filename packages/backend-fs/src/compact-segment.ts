import { segmentFormat, type SegmentHeader } from "./segment-header.ts";
import { journalRecords } from "./journal-records.ts";
import type { Journal } from "./load-journal.ts";
import { epochRuns } from "./plan-segment.ts";
import { framedRecords } from "./record-payload.ts";
import type { UnfinishedFrame } from "./segment-writer.ts";

/** What takes the place of the records in some ranges. */
export interface Dropped {
  /** First and last seq of each, rising. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly filler: Uint8Array;
}

// One frame of a compacted segment takes no more than this: a frame is read in one piece, and damage costs all of it.
const mostTogether = 256;
const bytesTogether = 2 ** 20;

interface Together {
  readonly epoch: number;
  readonly firstSeq: number;
  readonly records: Uint8Array[];
  bytes: number;
}

/**
 * A whole journal as the beginning of one segment: a header without a predecessor, and all records logged anew, many to a frame. A segment
 * counts only with all of these, so it takes the place of all before it at once, or not at all.
 */
export function compactedJournal(stateId: string, journal: Journal, dropped: Dropped): { readonly header: SegmentHeader; readonly frames: readonly UnfinishedFrame[] } {
  const groups: Together[] = [];
  for (const batch of journalRecords(journal, 1, Infinity)) {
    for (const { seq, epoch, bytes } of batch) {
      const kept = isDropped(seq, dropped) ? dropped.filler : bytes;
      let last = groups.at(-1);
      if (last === undefined || last.epoch !== epoch || last.records.length === mostTogether || last.bytes + kept.length > bytesTogether) {
        last = { epoch, firstSeq: seq, records: [], bytes: 0 };
        groups.push(last);
      }
      last.records.push(kept);
      last.bytes += kept.length;
    }
  }
  const { created, born } = journal.segments.at(-1)?.header ?? { created: 0, born: 0 };
  return {
    header: { format: segmentFormat, stateId, created, born, previous: null, relogged: epochRuns(groups) },
    frames: groups.map(({ firstSeq, records }) => ({ ...framedRecords(records), firstSeq, count: records.length })),
  };
}

function isDropped(seq: number, { ranges }: Dropped): boolean {
  // Few ranges, and rising: the last one that begins at or before the seq decides.
  const range = ranges.findLast(([from]) => from <= seq);
  return range !== undefined && seq <= range[1];
}
