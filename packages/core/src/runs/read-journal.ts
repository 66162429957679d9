import { RepriseError } from "../errors/reprise-error.ts";
import { CorruptError } from "../errors/storage-errors.ts";
import type { Contents } from "../journal/contents.ts";
import { fetchValues, type Elsewhere } from "../journal/fetch-values.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import type { RecordCodec } from "../journal/record-codec.ts";
import type { StoredRecord } from "../ports/state-backend.ts";

/**
 * Reads what a run has recorded, the hidden records too, and the values that are kept elsewhere (rule H7); `foldVisible` makes
 * its state of them. `elsewhere` is told which these were. Throws `CORRUPT` where the records do not make a run, `INCOMPATIBLE` for a
 * newer format.
 */
export async function readJournal(stateId: string, stored: AsyncIterable<readonly StoredRecord[]>, codec: RecordCodec, contents: Contents, elsewhere: Elsewhere[] = []): Promise<JournalRecord[]> {
  const records = await readFurther(stateId, stored, { codec, contents, known: 0 }, elsewhere);
  checkWhole(records[0], records.length, stateId);
  return records;
}

/** How the records behind those that are known are read. */
export interface FurtherReading {
  readonly codec: RecordCodec;
  readonly contents: Contents;
  /** How many there are before them. */
  readonly known: number;
}

/** Reads what was recorded since, like `readJournal`. */
export async function readFurther(stateId: string, stored: AsyncIterable<readonly StoredRecord[]>, { codec, contents, known }: FurtherReading, elsewhere: Elsewhere[] = []): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const batch of stored) {
    for (const bytes of batch) {
      const record = codec.decode(bytes, stateId, elsewhere);
      checkBeginning(record, known + records.length, stateId);
      records.push(record);
    }
  }
  if (elsewhere.length > 0) await fetchValues(stateId, elsewhere, contents);
  return records;
}

/** A fork is written in several appends, and the process that made it may have died between them. */
function checkWhole(first: JournalRecord | undefined, length: number, stateId: string): void {
  if (first?.k !== "run" || first.parent === undefined || length >= first.parent.n) return;
  throw new RepriseError("INCOMPLETE", `run ${stateId} is a fork of ${first.parent.id} that was never finished: it has ${length} of ${first.parent.n} records; delete it and fork again`, { stateId });
}

/** Throws `CORRUPT` unless the record can stand behind that many others. */
export function checkBeginning(record: JournalRecord, before: number, stateId: string): void {
  if ((record.k === "run") !== (before === 0)) {
    throw new CorruptError(`run ${stateId}: record ${before + 1} is of kind "${record.k}"; a journal begins with its run record and has no other`, { stateId });
  }
  if (record.k === "run" && record.id !== stateId) throw new CorruptError(`run ${stateId}: the journal is that of run ${record.id}`, { stateId });
  if (record.k === "cut") checkRanges(record.ranges, before + 1, stateId);
}

function checkRanges(ranges: readonly (readonly [from: number, to: number])[], seq: number, stateId: string): void {
  let last = 0;
  for (const [from, to] of ranges) {
    if (from <= last || to < from || to >= seq || (last === 0 && from !== 1)) {
      throw new CorruptError(`run ${stateId}: record ${seq} is a cut whose ranges do not rise from 1 to what is before it`, { stateId });
    }
    last = to;
  }
}
