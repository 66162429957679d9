import type { StoredRecord } from "@reprise/core/spi";
import { damaged, hasRecords, type Journal } from "./load-journal.ts";
import { recordsIn } from "./record-payload.ts";
import type { SegmentHeader } from "./segment-header.ts";

const batchLength = 256;

/** The records `from` … `to` of a journal, in batches. They are views into the bytes of its segments. */
export function* journalRecords(journal: Journal, from: number, to: number): Generator<readonly StoredRecord[]> {
  let batch: StoredRecord[] = [];
  for (const segment of journal.segments) {
    const epochs = epochsOf(segment);
    for (const frame of segment.scan.frames) {
      if (!hasRecords(frame)) continue;
      const epoch = epochs();
      if (frame.firstSeq > to || frame.firstSeq + frame.count <= from) continue;
      const records = recordsIn(segment.bytes, frame);
      if (records === undefined) throw damaged(segment.path, frame.offset, "the lengths of its records do not add up");
      for (const [index, bytes] of records.entries()) {
        const seq = frame.firstSeq + index;
        if (seq >= from && seq <= to) batch.push({ seq, epoch, bytes });
        if (batch.length < batchLength) continue;
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}

/** The epoch that wrote the segment's next record frame first: re-logged frames keep theirs. */
export function epochsOf(segment: { readonly epoch: number; readonly header: Pick<SegmentHeader, "relogged"> }): () => number {
  const relogged = segment.header.relogged.map(([epoch, frames]) => ({ epoch, frames }));
  return () => {
    const next = relogged.find(({ frames }) => frames > 0);
    if (next === undefined) return segment.epoch;
    next.frames -= 1;
    return next.epoch;
  };
}
