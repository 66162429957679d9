import { basename } from "node:path";
import { newHeader, RepriseError, type AcquireOptions } from "@reprise/core/spi";
import { atOnce } from "./at-once.ts";
import { compactedJournal } from "./compact-segment.ts";
import { fillSegment, sealSegment, type SegmentBeginning } from "./fill-segment.ts";
import { frameFor } from "./frame.ts";
import type { FsContext } from "./fs-context.ts";
import type { Io } from "./io.ts";
import { isScattered } from "./is-scattered.ts";
import { loadJournal, type Journal } from "./load-journal.ts";
import { Overtaken } from "./overtaken.ts";
import { epochOf, type RunPaths } from "./paths.ts";
import { epochRuns, planSegment } from "./plan-segment.ts";
import { checkAgainstHead, intactHead, readHeadOrDamage, type RunHead } from "./run-head.ts";
import { segmentFormat, type SegmentHeader } from "./segment-header.ts";
import type { SegmentWriter } from "./segment-writer.ts";

/** What a new writer starts from. */
export interface OpenedRun {
  /** What was there; undefined for a new run. */
  readonly journal: Journal | undefined;
  readonly lastSeq: number;
  readonly head: Pick<RunHead, "born" | "header">;
  /** When the run was created, in ms since the epoch. */
  readonly created: number;
  /** Segments of older epochs are not needed any more. */
  readonly oldest: number;
}

/**
 * Fills a segment that was just created, and so has fenced all older ones: its header and what of the journal is not proven
 * to be durable, or all of it if it lies in too many files. When this resolves, all of the journal is, and so is its continuation by this segment.
 */
export async function openSegment(context: FsContext, run: RunPaths, segment: SegmentWriter, create: AcquireOptions["create"]): Promise<OpenedRun> {
  const { io, paths, system } = context;
  const { journal, head: knownHead } = isFirst(segment, run) ? nothing : await readRun(io, run);
  const last = journal?.segments.at(-1);
  if (last === undefined && create === "never") throw new RepriseError("NOT_FOUND", `there is no run ${run.stateId}`, { stateId: run.stateId });
  if (last !== undefined && create === "must") throw new RepriseError("ALREADY_EXISTS", `run ${run.stateId} exists already`, { stateId: run.stateId });

  const created = last?.header.created ?? system.now();
  const born = last?.header.born ?? segment.epoch;
  const gathered = journal !== undefined && isScattered(journal, segment.beside, context.mostSegments);
  const beginning = gathered ? compactedJournal(run.stateId, journal, { ranges: [], filler: noBytes }) : continuation(journal, { stateId: run.stateId, created, born });

  // Every name the header relies on becomes durable before the header can; whoever finds a header relies on the names above it, too.
  const directories = journal === undefined ? [run.directory, run.fanOut, paths.runs, paths.root] : [run.directory];
  await atOnce(directories.map((directory) => () => io.syncDirectory(directory)));
  await fillSegment(segment, beginning);
  if (gathered) await sealSegment(segment);
  const fencedBy = await segment.fencedBy();
  if (fencedBy !== undefined) throw new Overtaken(fencedBy);
  const known = knownHead !== undefined && knownHead.born === born ? knownHead.header : newHeader(created);
  const oldest = gathered ? segment.epoch : (journal?.segments[0]?.epoch ?? 0);
  return { journal, lastSeq: journal?.lastSeq ?? 0, head: { born, header: known }, created, oldest };
}

/** What is proven to be durable stays where it is. */
function continuation(journal: Journal | undefined, origin: Pick<SegmentHeader, "stateId" | "created" | "born">): SegmentBeginning {
  const { previous, relogged } = planSegment(journal);
  return {
    header: { format: segmentFormat, ...origin, previous, relogged: epochRuns(relogged) },
    frames: relogged.map(({ kind, firstSeq, count, payload }) => ({ kind, firstSeq, count, frame: frameFor(payload) })),
  };
}

const noBytes = new Uint8Array(0);
const nothing = { journal: undefined, head: undefined };

/** Whether there was nothing of the run when its segment was made. Who has come since has overtaken us, which is noticed before anybody is told. */
function isFirst({ epoch, beside }: SegmentWriter, run: RunPaths): boolean {
  return beside.every((name) => (epochOf(name) ?? epoch) === epoch && name !== basename(run.head));
}

async function readRun(io: Io, run: RunPaths): Promise<{ readonly journal: Journal | undefined; readonly head: RunHead | undefined }> {
  const head = await readHeadOrDamage(io, run);
  const journal = await loadJournal(io, run);
  checkAgainstHead(run, journal, head);
  return { journal, head: intactHead(head) };
}
