import { CorruptError } from "../errors/storage-errors.ts";
import { isRepriseError } from "../errors/reprise-error.ts";
import { emptyView, fold, type RunView } from "../history/fold.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import type { RecordCodec } from "../journal/record-codec.ts";
import type { StateWriter } from "../ports/state-backend.ts";

/** Reads what a run has recorded. Throws `CORRUPT` where the records do not make a run, `INCOMPATIBLE` for a newer format. */
export async function readJournal(writer: Pick<StateWriter, "stateId" | "recovered">, codec: RecordCodec): Promise<{ readonly view: RunView; readonly records: JournalRecord[] }> {
  const { stateId } = writer;
  const view = emptyView();
  view.stateId = stateId;
  const records: JournalRecord[] = [];
  for await (const batch of writer.recovered()) {
    for (const stored of batch) {
      const record = codec.decode(stored, stateId);
      checkBeginning(record, records.length, stateId);
      records.push(record);
      foldChecked(view, record, records.length);
    }
  }
  return { view, records };
}

function checkBeginning(record: JournalRecord, before: number, stateId: string): void {
  if ((record.k === "run") !== (before === 0)) {
    throw new CorruptError(`run ${stateId}: record ${before + 1} is of kind "${record.k}"; a journal begins with its run record and has no other`, { stateId });
  }
  if (record.k === "run" && record.id !== stateId) throw new CorruptError(`run ${stateId}: the journal is that of run ${record.id}`, { stateId });
}

function foldChecked(view: RunView, record: JournalRecord, seq: number): void {
  try {
    fold(view, record, seq);
  } catch (cause) {
    if (!isRepriseError(cause, "INVALID_ADDRESS")) throw cause;
    throw new CorruptError(`run ${view.stateId}: record ${seq}: ${cause.message}`, { stateId: view.stateId, cause });
  }
}
