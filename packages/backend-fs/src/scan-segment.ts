import { frameOf, FrameReader, type Frame } from "./frame.ts";

/** What is in a segment, or in its first bytes. */
export interface SegmentScan {
  /** The unbroken chain of intact frames from the start. */
  readonly frames: readonly Frame[];
  /** Offset behind the last of them. Bytes behind it were never acknowledged, unless there is `damage`. */
  readonly end: number;
  /** As much as the segment itself proves to have been durable. Always the end of a frame, or 0. */
  readonly proven: number;
  /** The first byte of something that was proven and is not there any more. */
  readonly damage: { readonly offset: number; readonly reason: string } | undefined;
}

// Bytes hashed in search of frames behind a broken one, per byte of the file. Without a bound, lengths made up by an
// attacker would make the search quadratic.
const searchFactor = 4;

/** Reads the frames of one epoch's segment. `seed` is that of the run's checksums. */
export function scanSegment(bytes: Uint8Array, epoch: number, seed: number): SegmentScan {
  const reader = new FrameReader(bytes, seed);
  const frames: Frame[] = [];
  let end = 0;
  let proven = 0;
  let previous = 0;
  while (end < bytes.length) {
    const frame = reader.headerAt(end);
    if (frame === undefined || frame.epoch !== epoch || frame.previous !== previous || frame.synced > frame.offset) break;
    if (!reader.isIntact(frame)) break;
    frames.push(frameOf(frame));
    ({ end } = frame);
    previous = frame.crc;
    proven = Math.max(proven, frame.synced);
  }
  return { frames, end, proven, damage: end < bytes.length ? damageAt(bytes, end, epoch, reader) : undefined };
}

/**
 * What is wrong at `offset`, where the chain of frames breaks: a torn end that nobody was told about (undefined), or
 * damage, if an intact frame there or behind says that the bytes at `offset` were durable before it was written.
 */
function damageAt(bytes: Uint8Array, offset: number, epoch: number, reader: FrameReader): SegmentScan["damage"] {
  let budget = searchFactor * bytes.length;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = view.indexOf("J1 ", offset, "latin1"); at !== -1; at = view.indexOf("J1 ", at + 1, "latin1")) {
    const frame = reader.headerAt(at);
    if (frame === undefined || frame.epoch !== epoch || frame.synced <= offset) continue;
    budget -= frame.end - frame.offset;
    if (budget < 0) return { offset, reason: "the bytes behind it hold too many false frames to tell damage from a torn end" };
    if (reader.isIntact(frame)) return { offset, reason: `it was durable when the frame at ${frame.offset} was written` };
  }
  return undefined;
}

/**
 * Every intact frame of the epoch, in order, whatever is broken between them. For those who save what they can: nothing
 * but its own checksum says that a frame behind a broken one belongs there.
 */
export function intactFrames(bytes: Uint8Array, epoch: number, seed: number): Frame[] {
  const reader = new FrameReader(bytes, seed);
  const frames: Frame[] = [];
  let budget = searchFactor * bytes.length;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = view.indexOf("J1 ", 0, "latin1"); at !== -1 && budget >= 0; ) {
    const frame = reader.headerAt(at);
    const isCandidate = frame !== undefined && frame.epoch === epoch;
    if (isCandidate) budget -= frame.end - frame.offset;
    const isFound = isCandidate && reader.isIntact(frame);
    if (isFound) frames.push(frameOf(frame));
    at = view.indexOf("J1 ", isFound ? frame.end : at + 1, "latin1");
  }
  return frames;
}
