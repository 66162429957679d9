import { RepriseError } from "../errors/reprise-error.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { nameContents } from "../journal/record-codec.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import type { StoredRecord } from "../ports/state-backend.ts";
import { readJournal } from "../runs/read-journal.ts";
import type { RepriseSettings } from "../runs/settings.ts";

/** A journal as it is stored and as it is meant. */
export interface StoredJournal {
  readonly stateId: string;
  readonly bytes: readonly Uint8Array[];
  readonly records: readonly JournalRecord[];
}

/** Reads a whole journal. Throws what a load throws, and `NOT_FOUND` for one without records. */
export async function readStored(stateId: string, stored: AsyncIterable<readonly StoredRecord[]>, settings: RepriseSettings): Promise<StoredJournal> {
  const bytes: Uint8Array[] = [];
  const records = await readJournal(stateId, collecting(stored, bytes), settings.records);
  if (records.length === 0) throw new RepriseError("NOT_FOUND", `run ${stateId} has no records yet`, { stateId });
  return { stateId, bytes, records };
}

async function* collecting(stored: AsyncIterable<readonly StoredRecord[]>, bytes: Uint8Array[]): AsyncGenerator<readonly StoredRecord[]> {
  for await (const batch of stored) {
    for (const record of batch) bytes.push(record.bytes);
    yield batch;
  }
}

/** The contents that records name, hidden ones too. Throws `UNSUPPORTED` without a place for them, and what the place throws. */
export async function contentsOf({ stateId, records }: StoredJournal, artifacts: ArtifactBackend | undefined): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const id of namedContents(records)) {
    if (artifacts === undefined) throw noPlace(stateId);
    contents.set(id, await artifacts.get(id));
  }
  return contents;
}

/** The ids of the contents that records name. */
export function namedContents(records: readonly JournalRecord[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const record of records) nameContents(record, (id) => ids.add(id));
  return ids;
}

/** What is thrown where a run has contents, and this Reprise has no place for any. */
export function noPlace(stateId: string): RepriseError {
  return new RepriseError("UNSUPPORTED", `run ${stateId} names contents, and there is no place for artifacts: the state backend has none of its own; give createReprise({ artifacts }) one`, { stateId, path: "artifacts" });
}
