import { CorruptError, RepriseError, type StoredRecord } from "@reprise/core/spi";
import { checksumOfRecord } from "./checksums.ts";
import type { Database } from "./database.ts";
import { endSeq } from "./journal-end.ts";
import { runNumbered } from "./run-row.ts";
import { openSnapshot } from "./snapshot.ts";
import type { Store } from "./store.ts";

// A batch has at most so many records, and of more than one at most so many bytes.
const batchLength = 512;
const batchBytes = 4 * 2 ** 20;

interface RecordRow extends StoredRecord {
  readonly checksum: number;
}

const columns = `place & ${endSeq} AS seq, epoch, checksum, bytes`;

/** Adds records behind the last. */
export function addRecords(database: Database, run: number, epoch: number, firstSeq: number, records: readonly Uint8Array[]): void {
  const insert = database.prepare("INSERT INTO records (place, epoch, checksum, bytes) VALUES ((?1 << 32) | ?2, ?3, ?4, ?5)");
  for (const [index, bytes] of records.entries()) {
    const seq = firstSeq + index;
    insert.run(run, seq, epoch, checksumOfRecord(run, seq, epoch, bytes), bytes);
  }
}

/** Seq of the last record that is there, whatever the end of the journal says; 0 if there is none. */
export function lastRecord(database: Database, run: number): number {
  const sql = `SELECT place & ${endSeq} AS seq FROM records WHERE place > (?1 << 32) AND place < ((?1 << 32) | ${endSeq}) ORDER BY place DESC LIMIT 1`;
  const { seq } = database.get(sql, run) ?? {};
  return (seq ?? 0) as number;
}

/** Seq of the first record from this seq on that is there; undefined if there is none. */
export function nextRecord(database: Database, run: number, from: number): number | undefined {
  const sql = `SELECT place & ${endSeq} AS seq FROM records WHERE place >= ((?1 << 32) | ?2) AND place < ((?1 << 32) | ${endSeq}) ORDER BY place LIMIT 1`;
  return database.get(sql, run, from)?.["seq"] as number | undefined;
}

/** One record; throws `CORRUPT` if it is damaged or missing. */
export function recordAt(database: Database, { run, stateId, seq }: { readonly run: number; readonly stateId: string; readonly seq: number }): StoredRecord {
  const row = database.get(`SELECT ${columns} FROM records WHERE place = (?1 << 32) | ?2`, run, seq) as RecordRow | undefined;
  if (row === undefined) throw damaged(database, stateId, seq, "is missing");
  const { epoch, checksum, bytes } = row;
  if (checksumOfRecord(run, seq, epoch, bytes) !== checksum) throw damaged(database, stateId, seq, "is damaged");
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
  if (database === undefined) throw removed(stateId);
  const last = lastOfBatch(database, { run, from, to });
  // All at once: SQLite hands over rows one by one at twice the cost.
  const rows = database.all(`SELECT ${columns} FROM records WHERE place >= ((?1 << 32) | ?2) AND place <= ((?1 << 32) | ?3) ORDER BY place`, run, from, last);
  const batch: StoredRecord[] = [];
  for (const row of rows as unknown as readonly RecordRow[]) {
    const { seq, epoch, checksum, bytes } = row;
    const expected = from + batch.length;
    if (seq !== expected) break;
    if (checksumOfRecord(run, seq, epoch, bytes) !== checksum) throw damaged(database, stateId, expected, "is damaged");
    batch.push({ seq, epoch, bytes });
  }
  if (batch.length > 0) return batch;
  if (runNumbered(database, run) === undefined) throw removed(stateId);
  throw damaged(database, stateId, from, "is missing");
}

function lastOfBatch(database: Database, { run, from, to }: Pick<RecordRange, "run" | "from" | "to">): number {
  const sizes = database.prepare("SELECT total(length(bytes)) AS size FROM records WHERE place >= ((?1 << 32) | ?2) AND place <= ((?1 << 32) | ?3)");
  let length = Math.min(batchLength, to - from + 1);
  while (length > 1 && (sizes.get(run, from, from + length - 1)?.["size"] as number) > batchBytes) length = Math.ceil(length / 4);
  return from + length - 1;
}

function removed(stateId: string): RepriseError {
  return new RepriseError("NOT_FOUND", `run ${stateId} was removed`, { stateId });
}

function damaged({ file }: Database, stateId: string, seq: number, fault: string): CorruptError {
  return new CorruptError(`${file}: record ${seq} of run ${stateId} ${fault}`, { path: file, stateId });
}
