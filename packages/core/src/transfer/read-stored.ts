import { RepriseError } from "../errors/reprise-error.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { nameContents } from "../journal/record-codec.ts";
import type { Contents } from "../journal/contents.ts";
import type { Elsewhere } from "../journal/fetch-values.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import type { StoredRecord } from "../ports/state-backend.ts";
import { readJournal } from "../runs/read-journal.ts";
import { contentsOf } from "../runs/run-contents.ts";
import type { RepriseSettings } from "../runs/settings.ts";

/** A journal as it is stored and as it is meant. */
export interface StoredJournal {
  readonly stateId: string;
  readonly bytes: readonly Uint8Array[];
  readonly records: readonly JournalRecord[];
  /** Ids of the contents that the records name: artifacts, and values that are too large for a record (rule H7). */
  readonly contents: ReadonlySet<string>;
  /** Seqs of the records some of whose values are not in them. */
  readonly incomplete: ReadonlySet<number>;
}

/** Reads a whole journal. Throws what a load throws, and `NOT_FOUND` for one without records. */
export async function readStored(stateId: string, stored: AsyncIterable<readonly StoredRecord[]>, settings: RepriseSettings, place: Contents = contentsOf(settings)): Promise<StoredJournal> {
  const bytes: Uint8Array[] = [];
  const elsewhere: Elsewhere[] = [];
  const records = await readJournal(stateId, collecting(stored, bytes), settings.records, place, elsewhere);
  if (records.length === 0) throw new RepriseError("NOT_FOUND", `run ${stateId} has no records yet`, { stateId });
  const contents = new Set(elsewhere.map(({ reference }) => reference.id));
  for (const record of records) nameContents(record, (id) => contents.add(id));
  return { stateId, bytes, records, contents, incomplete: new Set(elsewhere.map(({ seq }) => seq)) };
}

async function* collecting(stored: AsyncIterable<readonly StoredRecord[]>, bytes: Uint8Array[]): AsyncGenerator<readonly StoredRecord[]> {
  for await (const batch of stored) {
    for (const record of batch) bytes.push(record.bytes);
    yield batch;
  }
}

/** The contents that records name, hidden ones too. Throws `UNSUPPORTED` without a place for them, and what the place throws. */
export async function namedContents({ stateId, contents: named }: StoredJournal, artifacts: ArtifactBackend | undefined): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const id of named) {
    if (artifacts === undefined) throw noPlace(stateId);
    contents.set(id, await artifacts.get(id));
  }
  return contents;
}

/** What is thrown where a run has contents, and this Reprise has no place for any. */
export function noPlace(stateId: string): RepriseError {
  return new RepriseError("UNSUPPORTED", `run ${stateId} names contents, and there is no place for artifacts: the state backend has none of its own; give createReprise({ artifacts }) one`, { stateId, path: "artifacts" });
}
