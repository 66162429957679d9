import { CorruptError, type StoredRecord } from "@reprise/core/spi";
import type { Frame } from "./frame.ts";
import type { Io } from "./io.ts";
import { epochsOf } from "./journal-records.ts";
import { damaged, hasRecords, headerOf } from "./load-journal.ts";
import { epochOf, segmentPath, type RunPaths } from "./paths.ts";
import { recordsIn } from "./record-payload.ts";
import { namesIn, readIfPresent } from "./replace-file.ts";
import { intactFrames, scanSegment } from "./scan-segment.ts";
import { reloggedFrames, type SegmentHeader } from "./segment-header.ts";

/** What can be read of a damaged journal. */
export interface JournalSurvey {
  /** The records from the first on, up to the first that cannot be read. */
  readonly records: readonly StoredRecord[];
  /** Every damage, newest segment first. */
  readonly damages: readonly CorruptError[];
}

interface SurveyedSegment {
  readonly epoch: number;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** In order; between them something may be missing. */
  readonly frames: readonly Frame[];
  /** Undefined: damaged. */
  readonly header: SegmentHeader | undefined;
}

/**
 * Reads a journal that `loadJournal` refuses. Where a header is damaged, that which comes before the segment is not known any
 * more: the next older one is taken, with all that it holds, which may be more than anybody was told was stored.
 */
export async function surveyJournal(io: Io, run: RunPaths): Promise<JournalSurvey> {
  const damages: CorruptError[] = [];
  const segments = await chainOf(io, run, damages);
  const records: StoredRecord[] = [];
  for (const segment of segments) if (!addRecords(segment, records, damages)) break;
  return { records, damages };
}

/** The segments that count, oldest first, as far as that can be told. */
async function chainOf(io: Io, run: RunPaths, damages: CorruptError[]): Promise<SurveyedSegment[]> {
  const names = await namesIn(io, run.directory);
  const epochs = names.flatMap((name) => epochOf(name) ?? []).toSorted((left, right) => right - left);
  const chain: SurveyedSegment[] = [];
  let pin: SegmentHeader["previous"] | undefined;
  for (let epoch = epochs.shift(); epoch !== undefined && pin !== null; epoch = epochs.shift()) {
    if (pin !== undefined && epoch > pin.epoch) continue;
    if (pin !== undefined && epoch < pin.epoch) {
      damages.push(missing(run, pin.epoch));
      pin = undefined;
    }
    const found = await segmentAt(io, run, epoch, { pin: pin?.epoch === epoch ? pin : undefined, damages });
    if (found === undefined) continue;
    chain.unshift(found);
    pin = found.header === undefined ? undefined : found.header.previous;
  }
  if (pin) damages.push(missing(run, pin.epoch));
  return chain;
}

function missing(run: RunPaths, epoch: number): CorruptError {
  return damaged(segmentPath(run, epoch), 0, "the file is missing, though a later one continues it");
}

/** One segment; undefined if it never counted. */
async function segmentAt(
  io: Io,
  run: RunPaths,
  epoch: number,
  { pin, damages }: { readonly pin: SegmentHeader["previous"] | undefined; readonly damages: CorruptError[] },
): Promise<SurveyedSegment | undefined> {
  const path = segmentPath(run, epoch);
  const whole = await readIfPresent(io, path);
  if (whole === undefined) return undefined;
  const bytes = pin ? whole.subarray(0, pin.length) : whole;
  const scan = scanSegment(bytes, epoch, run.seed);
  const cutShort = pin && scan.damage === undefined && scan.end !== pin.length;
  if (scan.damage !== undefined) damages.push(damaged(path, scan.damage.offset, scan.damage.reason));
  if (cutShort) damages.push(damaged(path, scan.end, `${pin.length} bytes were durable when a later segment was written, only ${scan.end} are intact`));
  const isDamaged = scan.damage !== undefined || cutShort === true;
  const frames = isDamaged ? intactFrames(bytes, epoch, run.seed) : scan.frames;
  const header = headerOrDamage(run, path, bytes, frames, damages);
  const counts = header !== undefined && frames.length > reloggedFrames(header);
  return isDamaged || counts ? { epoch, path, bytes, frames, header } : undefined;
}

function headerOrDamage(run: RunPaths, path: string, bytes: Uint8Array, frames: readonly Frame[], damages: CorruptError[]): SegmentHeader | undefined {
  try {
    return headerOf(run, path, bytes, { frames });
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    damages.push(error);
    return undefined;
  }
}

/** Adds the records of a segment; false at the first that is missing. A later segment knows better where an earlier one ended. */
function addRecords(segment: SurveyedSegment, records: StoredRecord[], damages: CorruptError[]): boolean {
  const epochs = epochsOf({ epoch: segment.epoch, header: segment.header ?? { relogged: [] } });
  for (const frame of segment.frames) {
    if (!hasRecords(frame)) continue;
    const epoch = epochs();
    if (frame.firstSeq > records.length + 1 || frame.firstSeq === 0) {
      if (damages.length === 0) damages.push(damaged(segment.path, frame.offset, `record ${records.length + 1} is missing, the next one is ${frame.firstSeq}`));
      return false;
    }
    const found = recordsIn(segment.bytes, frame);
    if (found === undefined) {
      damages.push(damaged(segment.path, frame.offset, "the lengths of its records do not add up"));
      return false;
    }
    records.length = frame.firstSeq - 1;
    for (const bytes of found) records.push({ seq: records.length + 1, epoch, bytes });
  }
  return true;
}
