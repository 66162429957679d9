import type { Io } from "./io.ts";
import { fillSegment, sealSegment, type SegmentBeginning } from "./fill-segment.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { Overtaken } from "./overtaken.ts";
import { epochOf, segmentPath, type RunPaths } from "./paths.ts";
import { removeIfPresent } from "./replace-file.ts";
import { SegmentWriter } from "./segment-writer.ts";

/** What a writer that goes on in another segment has. */
export interface NextSegmentContext {
  readonly io: Io;
  readonly run: RunPaths;
  readonly lease: LeaseKeeper;
  /** The segment that is written now. */
  readonly current: SegmentWriter;
}

/**
 * Opens the segment behind one's own, as somebody who takes over would: whatever stops it, the journal is what it was, or what the
 * new segment says. Throws `Overtaken`; after any failure the writer must not go on.
 */
export async function nextSegment(
  { io, run, lease, current }: NextSegmentContext,
  beginning: SegmentBeginning,
): Promise<SegmentWriter> {
  const epoch = current.epoch + 1;
  const segment = await SegmentWriter.create(io, run, epoch);
  try {
    // Otherwise the name was free because the run was removed or compacted by somebody else: nothing may say that this is its journal.
    if (!(await current.isInPlace())) throw new Overtaken(`epoch ${current.epoch} ended when its segment was removed`);
    await lease.moveTo(epoch);
    await io.syncDirectory(run.directory);
    await fillSegment(segment, beginning);
    await sealSegment(segment);
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
