import { CorruptError } from "@reprise/core/spi";
import type { Frame } from "./frame.ts";
import type { Io } from "./io.ts";
import { epochOf, segmentPath, type RunPaths } from "./paths.ts";
import { namesIn, readIfPresent } from "./replace-file.ts";
import { scanSegment, type SegmentScan } from "./scan-segment.ts";
import { decodeSegmentHeader, reloggedFrames, type SegmentHeader } from "./segment-header.ts";

/** A segment that counts, cut to the part that counts. */
export interface Segment {
  readonly epoch: number;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly scan: SegmentScan;
  readonly header: SegmentHeader;
}

/** The journal of a run as its segments tell it. */
export interface Journal {
  /** Oldest first; at least one. */
  readonly segments: readonly Segment[];
  /** 0 if there is no record. */
  readonly lastSeq: number;
}

/** Whether the frame carries records. */
export function hasRecords(frame: Frame): boolean {
  return frame.kind === "E" || frame.kind === "B";
}

/**
 * Reads the journal of a run: the newest epoch whose header and re-logged frames are complete, and behind it what each
 * header pins. Undefined if there is none. With `tailOnly`, only as far back as the last record. Throws `CORRUPT` if
 * something that was durable is damaged or missing, `INCOMPATIBLE` for a newer format.
 */
export async function loadJournal(io: Io, run: RunPaths, options: { readonly tailOnly?: boolean } = {}): Promise<Journal | undefined> {
  let newest = await newestSegment(io, run);
  while (newest !== undefined) {
    const { segments, missing } = await chainTo(newest, io, run, options.tailOnly === true);
    if (missing === undefined) return { segments, lastSeq: lastSeqOf(segments, options.tailOnly === true) };
    // Removed by a compaction since we looked, or lost.
    const later = await newestSegment(io, run);
    if (later?.epoch === newest.epoch) throw missing;
    newest = later;
  }
  return undefined;
}

/** A segment and those it continues, oldest first, or which of them is not there. */
async function chainTo(newest: Segment, io: Io, run: RunPaths, tailOnly: boolean): Promise<{ readonly segments: readonly Segment[]; readonly missing?: CorruptError }> {
  const segments = [newest];
  for (;;) {
    const [oldest] = segments as [Segment, ...Segment[]];
    const { previous } = oldest.header;
    if (previous === null || (tailOnly && oldest.scan.frames.some(hasRecords))) return { segments };
    const pinned = await pinnedSegment(io, run, previous, oldest.path);
    if (pinned === undefined) return { segments, missing: damaged(segmentPath(run, previous.epoch), 0, `the file is missing, though ${oldest.path} continues it`) };
    segments.unshift(pinned);
  }
}

async function newestSegment(io: Io, run: RunPaths): Promise<Segment | undefined> {
  const names = await namesIn(io, run.directory);
  const epochs = names.map(epochOf).filter((epoch) => epoch !== undefined);
  for (const epoch of epochs.toSorted((left, right) => right - left)) {
    const path = segmentPath(run, epoch);
    const bytes = await readIfPresent(io, path);
    // The run was removed since we looked, and perhaps made anew.
    if (bytes === undefined) return newestSegment(io, run);
    const scan = scanSegment(bytes, epoch, run.seed);
    if (scan.damage !== undefined) throw damaged(path, scan.damage.offset, scan.damage.reason);
    const header = headerOf(run, path, bytes, scan);
    // Otherwise its writer died before it had acquired the run: nobody was told about anything in it.
    if (header !== undefined && scan.frames.length > reloggedFrames(header)) return { epoch, path, bytes, scan, header };
  }
  return undefined;
}

async function pinnedSegment(io: Io, run: RunPaths, pin: { readonly epoch: number; readonly length: number }, pinnedBy: string): Promise<Segment | undefined> {
  const path = segmentPath(run, pin.epoch);
  const whole = await readIfPresent(io, path);
  if (whole === undefined) return undefined;
  const bytes = whole.subarray(0, pin.length);
  const scan = scanSegment(bytes, pin.epoch, run.seed);
  const header = headerOf(run, path, bytes, scan);
  if (scan.end !== pin.length || header === undefined) {
    throw damaged(path, scan.end, `${pin.length} bytes were durable when ${pinnedBy} was written, only ${scan.end} are intact`);
  }
  return { epoch: pin.epoch, path, bytes, scan, header };
}

/** The header of a segment, if its first frame is one. Throws `CORRUPT` for that of another run, `INCOMPATIBLE`. */
export function headerOf(run: RunPaths, path: string, bytes: Uint8Array, { frames: [first] }: Pick<SegmentScan, "frames">): SegmentHeader | undefined {
  if (first === undefined || first.kind !== "H") return undefined;
  const header = decodeSegmentHeader(bytes.subarray(first.payloadStart, first.payloadEnd), path);
  if (header.stateId !== run.stateId) throw damaged(path, 0, `it belongs to run ${header.stateId}, not ${run.stateId}`);
  // Or the way back through the segments would not end.
  if (header.previous !== null && header.previous.epoch >= first.epoch) throw damaged(path, 0, `it continues epoch ${header.previous.epoch}, which does not come before it`);
  return header;
}

/** Checks that seqs are dense. A journal read only at its tail may start anywhere. */
function lastSeqOf(segments: readonly Segment[], tailOnly: boolean): number {
  let last: number | undefined = tailOnly ? undefined : 0;
  for (const { path, scan } of segments) {
    for (const frame of scan.frames) {
      if (!hasRecords(frame)) continue;
      last ??= frame.firstSeq - 1;
      if (frame.firstSeq !== last + 1) throw damaged(path, frame.offset, `record ${last + 1} is missing, the next one is ${frame.firstSeq}`);
      last += frame.count;
    }
  }
  return last ?? 0;
}

/** What is thrown when something that was durable is not what it was. */
export function damaged(path: string, offset: number, reason: string): CorruptError {
  return new CorruptError(`${path} is damaged at byte ${offset}: ${reason}`, { path, offset });
}
