import type { FrameKind } from "./frame.ts";
import { epochsOf } from "./journal-records.ts";
import { hasRecords, type Journal } from "./load-journal.ts";
import type { SegmentHeader } from "./segment-header.ts";

/** A frame of records to be written anew. */
export interface ReloggedFrame {
  /** Of its first writer. */
  readonly epoch: number;
  readonly kind: FrameKind;
  readonly firstSeq: number;
  readonly count: number;
  readonly payload: Uint8Array;
}

/** How a new segment continues a journal. */
export interface SegmentPlan {
  readonly previous: SegmentHeader["previous"];
  readonly relogged: readonly ReloggedFrame[];
}

/**
 * Decides what a new segment pins and what it logs anew. Only bytes that are proven to be durable are pinned: the rest may
 * be in nothing but the page cache of a machine that loses power next, and a failed sync may have dropped it from the disk
 * for good. Segments without records need no pin.
 */
export function planSegment(journal: Journal | undefined): SegmentPlan {
  const relogged: ReloggedFrame[] = [];
  for (const [index, segment] of [...(journal?.segments ?? []).entries()].toReversed()) {
    const isLast = index + 1 === journal?.segments.length;
    // What a later header pins is durable to its end.
    const proven = isLast ? segment.scan.proven : segment.scan.end;
    const unproven: ReloggedFrame[] = [];
    const epochs = epochsOf(segment);
    let pinnedRecords = false;
    for (const frame of segment.scan.frames) {
      if (!hasRecords(frame)) continue;
      const epoch = epochs();
      if (frame.end <= proven) {
        pinnedRecords = true;
      } else {
        const { kind, firstSeq, count } = frame;
        unproven.push({ epoch, kind, firstSeq, count, payload: segment.bytes.subarray(frame.payloadStart, frame.payloadEnd) });
      }
    }
    relogged.unshift(...unproven);
    if (pinnedRecords) return { previous: { epoch: segment.epoch, length: proven }, relogged };
  }
  return { previous: null, relogged };
}

/** The `relogged` field of a header: runs of frames of one epoch. */
export function epochRuns(frames: readonly Pick<ReloggedFrame, "epoch">[]): [epoch: number, frames: number][] {
  const runs: [number, number][] = [];
  for (const { epoch } of frames) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === epoch) last[1] += 1;
    else runs.push([epoch, 1]);
  }
  return runs;
}
