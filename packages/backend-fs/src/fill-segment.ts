import { allocateFrame, frameFor } from "./frame.ts";
import { encodeSegmentHeader, type SegmentHeader } from "./segment-header.ts";
import type { SegmentWriter, UnfinishedFrame } from "./segment-writer.ts";

/** How a segment begins. */
export interface SegmentBeginning {
  readonly header: SegmentHeader;
  /** What is logged anew. */
  readonly frames: readonly UnfinishedFrame[];
}

// So many bytes of frames are written in one go.
const chunkBytes = 8 * 2 ** 20;

/** Writes the beginning of a segment that was just created, and makes it durable. */
export async function fillSegment(segment: SegmentWriter, { header, frames }: SegmentBeginning): Promise<void> {
  const first: UnfinishedFrame = { kind: "H", firstSeq: 0, count: 0, frame: frameFor(encodeSegmentHeader(header)) };
  for (const chunk of chunksOf([first, ...frames])) await segment.write(chunk);
  await segment.sync();
}

/** Says that all of a segment so far is durable, which it is: damage to it is damage, and no torn end. */
export async function sealSegment(segment: SegmentWriter): Promise<void> {
  await segment.write([{ kind: "Z", firstSeq: 0, count: 0, frame: allocateFrame(0) }]);
  await segment.sync();
}

function* chunksOf(frames: readonly UnfinishedFrame[]): Generator<readonly UnfinishedFrame[]> {
  let chunk: UnfinishedFrame[] = [];
  let bytes = 0;
  for (const frame of frames) {
    chunk.push(frame);
    bytes += frame.frame.length;
    if (bytes < chunkBytes) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}
