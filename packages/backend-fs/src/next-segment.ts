import type { Io } from "./io.ts";
import { allocateFrame, headerLength } from "./frame.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { Overtaken } from "./overtaken.ts";
import { epochOf, segmentPath, type RunPaths } from "./paths.ts";
import { removeIfPresent } from "./replace-file.ts";
import { encodeSegmentHeader, type SegmentHeader } from "./segment-header.ts";
import { SegmentWriter, type UnfinishedFrame } from "./segment-writer.ts";

/** What a writer that goes on in another segment has. */
export interface NextSegmentContext {
  readonly io: Io;
  readonly run: RunPaths;
  readonly lease: LeaseKeeper;
  /** The segment that is written now. */
  readonly current: SegmentWriter;
}

// So many bytes of frames are written in one go.
const chunkBytes = 8 * 2 ** 20;

/**
 * Opens the segment behind one's own, as somebody who takes over would: whatever stops it, the journal is what it was, or what the
 * new segment says. Throws `Overtaken`; after any failure the writer must not go on.
 */
export async function nextSegment(
  { io, run, lease, current }: NextSegmentContext,
  content: { readonly header: SegmentHeader; readonly frames: readonly UnfinishedFrame[] },
): Promise<SegmentWriter> {
  const epoch = current.epoch + 1;
  const segment = await SegmentWriter.create(io, run, epoch);
  try {
    // Otherwise the name was free because the run was removed or compacted by somebody else: nothing may say that this is its journal.
    if (!(await current.isInPlace())) throw new Overtaken(`epoch ${current.epoch} ended when its segment was removed`);
    await lease.moveTo(epoch);
    await io.syncDirectory(run.directory);
    const header: UnfinishedFrame = { kind: "H", firstSeq: 0, count: 0, frame: frameOf(encodeSegmentHeader(content.header)) };
    for (const frames of chunksOf([header, ...content.frames])) await segment.write(frames);
    await segment.sync();
    // Says that all of it is durable: damage to it is damage, and no torn end.
    await segment.write([{ kind: "Z", firstSeq: 0, count: 0, frame: allocateFrame(0) }]);
    await segment.sync();
    const fencedBy = await segment.fencedBy();
    if (fencedBy !== undefined) throw new Overtaken(fencedBy);
    return segment;
  } catch (error) {
    // The failure is what the caller needs to know.
    await Promise.allSettled([segment.close()]);
    throw error;
  }
}

/** Removes segments that no journal is read from any more, oldest first; what is left is removed by a later holder. */
export async function removeSuperseded(io: Io, run: RunPaths, before: number, names: readonly string[]): Promise<void> {
  const epochs = names.flatMap((name) => epochOf(name) ?? []);
  for (const epoch of epochs.toSorted((left, right) => left - right)) if (epoch < before) await removeIfPresent(io, segmentPath(run, epoch));
}

function frameOf(payload: Uint8Array): Buffer {
  const frame = allocateFrame(payload.length);
  frame.set(payload, headerLength);
  return frame;
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
