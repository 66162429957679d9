import { RepriseError, type StoredRecord } from "@reprise/core/spi";
import type { FsContext } from "./fs-context.ts";
import { FsWriter } from "./fs-writer.ts";
import { HeadKeeper } from "./head-keeper.ts";
import type { Io } from "./io.ts";
import { journalRecords } from "./journal-records.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { loadJournal } from "./load-journal.ts";
import { removeSuperseded } from "./next-segment.ts";
import type { OpenedRun } from "./open-segment.ts";
import type { RunPaths } from "./paths.ts";
import { removeIfPresent } from "./replace-file.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import { reportingBatches } from "./storage-error.ts";

/** What is left to do once a segment counts: `head.json`, and the writer with its heartbeat. */
export async function startWriter(
  context: FsContext,
  run: RunPaths,
  acquired: { readonly segment: SegmentWriter; readonly lease: LeaseKeeper; readonly opened: OpenedRun; readonly ttlMs: number },
): Promise<FsWriter> {
  const { io, system, durability, maxRecordBytes, writers } = context;
  const { segment, lease, opened, ttlMs } = acquired;
  const { lastSeq } = opened;
  // The writer's positions, once there is a writer.
  const position: { writer?: FsWriter } = {};
  const head = new HeadKeeper(io, run, {
    ...opened.head,
    epoch: segment.epoch,
    positions: () => ({ lastSeq: position.writer?.lastSeq ?? lastSeq, provenSeq: position.writer?.provenSeq ?? lastSeq }),
  });
  await head.save();
  await removeLeftovers(io, run, segment);
  // What took their place is durable; and what somebody before did not come to remove.
  await removeSuperseded(io, run, opened.oldest, segment.beside);
  // Whoever closed the backend meanwhile has released all writers it knew.
  context.checkOpen();
  const writer = new FsWriter({
    io,
    run,
    segment,
    lease,
    head,
    system,
    durability,
    maxRecordBytes,
    ttlMs,
    recoveredSeq: lastSeq,
    origin: { created: opened.created, born: opened.head.born },
    segmentBytes: context.segmentBytes,
    recovered: recoveredReader(context, run, opened),
    onReleased: (released) => writers.delete(released),
  });
  position.writer = writer;
  writers.add(writer);
  return writer;
}

/** Shows what was there at the acquire: the first time what was read then, later the files again. */
function recoveredReader({ io }: FsContext, run: RunPaths, { journal, lastSeq }: OpenedRun): FsWriter["recovered"] {
  let read = journal;
  const { stateId } = run;
  const batches = async function* (from: number): AsyncGenerator<readonly StoredRecord[]> {
    if (lastSeq === 0) return;
    const source = read ?? (await loadJournal(io, run));
    read = undefined;
    if (source === undefined) throw new RepriseError("NOT_FOUND", `run ${stateId} was removed`, { stateId });
    yield* journalRecords(source, from, lastSeq);
  };
  return (from) => reportingBatches("read the journal", { stateId }, batches(from ?? 1));
}

/** Temporary files of older epochs: their writers died or are fenced. */
async function removeLeftovers(io: Io, run: RunPaths, { epoch, beside }: SegmentWriter): Promise<void> {
  for (const name of beside) {
    const match = /^(?:head|lease)\.json\.(\d+)\.tmp$/.exec(name);
    if (match !== null && Number(match[1]) < epoch) await removeIfPresent(io, `${run.directory}/${name}`);
  }
}
