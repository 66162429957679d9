import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkWaitMs, invalid } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { PointNotFoundError } from "../errors/timeline-errors.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { droppedRanges, firstGone, keptRanges } from "../timeline/kept-ranges.ts";
import { seqsIn, timelineAt } from "../timeline/ranges.ts";
import { refuseSealed } from "../transfer/sealed.ts";
import { readJournal } from "./read-journal.ts";
import { contentsOf } from "./run-contents.ts";
import type { RepriseSettings } from "./settings.ts";

/** Options of `compact`. */
export interface CompactOptions {
  /** The last checkpoints of the run, hidden ones too, that can be gone back to afterwards. Those of its timeline always can. Default: 1. */
  readonly checkpoints?: number;
  /** Positions whose timelines are kept: seqs, as events and checkpoints carry them. Default: none. */
  readonly timelines?: readonly number[];
  /** How long to wait for another holder of the run, in ms. Default: 0. */
  readonly waitMs?: number;
}

/** What `compact` has done. */
export interface CompactReport {
  readonly stateId: string;
  /** So many records are left, which are as they were. */
  readonly kept: number;
  /** So many were taken away. */
  readonly dropped: number;
  /** How much shorter the journal has become, in bytes. */
  readonly bytes: number;
}

/** Throws `INVALID_OPTION`. */
export function checkCompact(options: CompactOptions): void {
  checkKnown(options, { checkpoints: true, timelines: true, waitMs: true } satisfies OptionNames<CompactOptions>);
  const { checkpoints = 1, timelines = [], waitMs } = options;
  if (!(Number.isSafeInteger(checkpoints) && checkpoints >= 0)) invalid("checkpoints", "a whole number from 0", checkpoints);
  if (!Array.isArray(timelines)) invalid("timelines", "a list of positions", timelines);
  for (const [index, position] of timelines.entries()) {
    if (!(Number.isSafeInteger(position) && position >= 1)) invalid(`timelines[${index}]`, "a whole number from 1", position);
  }
  checkWaitMs(waitMs);
}

/** Takes away what no timeline that is kept shows, and lays the rest together (rule S8). */
export async function compactRun(settings: RepriseSettings, stateId: string, options: CompactOptions): Promise<CompactReport> {
  const { backend, system, records: codec } = settings;
  const { checkpoints = 1, timelines = [], waitMs } = options;
  const writer = await backend.acquire(stateId, { owner: system.owner, create: "never", ...(waitMs !== undefined && { waitMs }) });
  try {
    if (writer.compact === undefined) throw new RepriseError("UNSUPPORTED", "this backend cannot compact: its writers have no compact(ranges, filler)", { stateId, path: "backend" });
    const records = await readJournal(stateId, writer.recovered(), codec, contentsOf(settings));
    refuseSealed(stateId, records);
    for (const position of timelines) checkPosition(stateId, records, position);
    const dropped = droppedRanges(records, keptRanges(records, { checkpoints, timelines }));
    const { bytes } = await writer.compact(dropped, codec.encode({ k: "gone", at: system.now() }));
    const count = [...seqsIn(dropped, records.length)].length;
    return { stateId, kept: records.filter(({ k }) => k !== "gone").length - count, dropped: count, bytes };
  } finally {
    await writer.release();
  }
}

function checkPosition(stateId: string, records: readonly JournalRecord[], position: number): void {
  if (position > records.length) throw new PointNotFoundError(stateId, `has no position ${position}: its last record is ${records.length}`);
  const gone = firstGone(records, timelineAt(records, position));
  if (gone !== undefined) throw new PointNotFoundError(stateId, `has no position ${position} any more: a compaction has taken record ${gone} away`);
}
