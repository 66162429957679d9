import { CorruptError, RepriseError, type StoredRecord } from "@reprise/core/spi";
import { checksumAt } from "./checksums.ts";
import type { Database } from "./database.ts";
import { runNumbered } from "./run-row.ts";
import { openSnapshot } from "./snapshot.ts";
import type { Store } from "./store.ts";

// A batch ends after this many records or bytes, whichever is first.
const batchLength = 256;
const batchBytes = 4 * 2 ** 20;

/** Adds records behind the last. */
export function addRecords(database: Database, run: number, epoch: number, firstSeq: number, records: readonly Uint8Array[]): void {
  for (const [index, bytes] of records.entries()) {
    const seq = firstSeq + index;
    database.run("INSERT INTO records (run, seq, epoch, checksum, bytes) VALUES (?, ?, ?, ?, ?)", run, seq, epoch, checksumAt([run, seq, epoch], bytes), bytes);
  }
}

/** Seq of the last record that is there; 0 if there is none. */
export function lastRecord(database: Database, run: number): number {
  const { seq } = database.get("SELECT seq FROM records WHERE run = ? ORDER BY seq DESC LIMIT 1", run) ?? {};
  return (seq ?? 0) as number;
}

/** One record; throws `CORRUPT` if it is damaged or missing. */
export function recordAt(database: Database, { run, stateId, seq }: { readonly run: number; readonly stateId: string; readonly seq: number }): StoredRecord {
  const row = database.get("SELECT seq, epoch, checksum, bytes FROM records WHERE run = ? AND seq = ?", run, seq);
  if (row === undefined) throw damaged(database, stateId, seq, "is missing");
  const { epoch, checksum, bytes } = row as unknown as StoredRecord & { readonly checksum: number };
  if (checksumAt([run, seq, epoch], bytes) !== checksum) throw damaged(database, stateId, seq, "is damaged");
  return { seq, epoch, bytes };
}

/** Which records to read. */
export interface RecordRange {
  readonly run: number;
  readonly stateId: string;
  readonly from: number;
  readonly to: number;
}

/** Reads records in batches; throws `CORRUPT` for one that is damaged or missing and `NOT_FOUND` if the run was removed meanwhile. */
export async function* readRecords(store: Store, range: RecordRange): AsyncGenerator<readonly StoredRecord[], void> {
  if (range.from > range.to) return;
  const action = `read run ${range.stateId}`;
  const first = await store.read(action, range.stateId, (database) => readBatch(database, range));
  if (range.from + first.length > range.to) {
    yield first;
    return;
  }
  // More than one batch: a compaction between two of them must not show.
  const snapshot = await openSnapshot(store, action, range.stateId);
  if (snapshot === undefined) throw removed(range.stateId);
  try {
    for (let { from } = range; from <= range.to; ) {
      const start = from;
      const batch = await snapshot.read((database) => readBatch(database, { ...range, from: start }));
      yield batch;
      from += batch.length;
    }
  } finally {
    snapshot.close();
  }
}

function readBatch(database: Database | undefined, { run, stateId, from, to }: RecordRange): readonly StoredRecord[] {
  const batch: StoredRecord[] = [];
  if (database === undefined) throw removed(stateId);
  let bytesRead = 0;
  const rows = database.iterate("SELECT seq, epoch, checksum, bytes FROM records WHERE run = ? AND seq >= ? AND seq <= ? ORDER BY seq", run, from, to);
  for (const row of rows) {
    const { seq, epoch, checksum, bytes } = row as unknown as StoredRecord & { readonly checksum: number };
    const expected = from + batch.length;
    if (seq !== expected) break;
    if (checksumAt([run, seq, epoch], bytes) !== checksum) throw damaged(database, stateId, expected, "is damaged");
    batch.push({ seq, epoch, bytes });
    bytesRead += bytes.length;
    if (batch.length === batchLength || bytesRead >= batchBytes) break;
  }
  if (batch.length > 0) return batch;
  if (runNumbered(database, run) === undefined) throw removed(stateId);
  throw damaged(database, stateId, from, "is missing");
}

function removed(stateId: string): RepriseError {
  return new RepriseError("NOT_FOUND", `run ${stateId} was removed`, { stateId });
}

function damaged({ file }: Database, stateId: string, seq: number, fault: string): CorruptError {
  return new CorruptError(`${file}: record ${seq} of run ${stateId} ${fault}`, { path: file, stateId });
}
