import { CorruptError, isRepriseError, RepriseError, type StateHeader, type StoredRecord } from "@reprise/core/spi";
import type { Database } from "./database.ts";
import { messageDamages } from "./inbox.ts";
import { lastRecord, nextRecord, recordAt } from "./records.ts";
import { findRun, numberOfRun, type RunRow } from "./run-row.ts";
import type { SqliteContext } from "./sqlite-context.ts";
import { storageError } from "./sqlite-error.ts";

// Records are looked at one by one, so that a damaged one hides no other; so many before others have a turn.
const batchLength = 256;

/** `StateBackend.verify` on a SQLite file: the row of the run, its entries in every index, each record and each message. */
export async function verifyRun({ store }: SqliteContext, stateId: string): Promise<readonly RepriseError[]> {
  const look = <Result>(work: (database: Database) => Result): Promise<Result> =>
    store.read(`verify run ${stateId}`, stateId, (database) => {
      if (database === undefined) throw missing(stateId);
      return work(database);
    });
  const { run, last, damages } = await look((database) => surveyRow(database, stateId));
  for (let from = 1; from <= last; ) {
    const start = from;
    const looked = await look((database) => lookAtRecords(database, { run, stateId, from: start, to: last }));
    damages.push(...looked.damages);
    from = looked.next;
  }
  damages.push(...(await look((database) => messageDamages(database, run, stateId))));
  return damages;
}

/** `StateBackend.salvage` on a SQLite file: whatever the row of the run says, its records up to the first that cannot be read. */
export async function* salvageRun({ store }: SqliteContext, stateId: string): AsyncGenerator<readonly StoredRecord[]> {
  const action = `salvage run ${stateId}`;
  const run = await store.read(action, stateId, (database) => numberOf(database, stateId));
  for (let from = 1; ; from += batchLength) {
    const batch = await store.read(action, stateId, (database) => (database === undefined ? [] : readableFrom(database, { run, stateId, from, to: from + batchLength - 1 })));
    if (batch.length > 0) yield batch;
    if (batch.length < batchLength) return;
  }
}

interface Range {
  readonly run: number;
  readonly stateId: string;
  readonly from: number;
  readonly to: number;
}

function surveyRow(database: Database, stateId: string): { readonly run: number; readonly last: number; readonly damages: CorruptError[] } {
  const run = numberOf(database, stateId);
  const damages = [...damageOf(database, stateId, () => void findRun(database, stateId))];
  // What is said of the run if it can be believed; else what is there.
  const stored = lastRecord(database, run);
  const row = damages.length > 0 ? undefined : findRun(database, stateId);
  if (row === undefined) return { run, last: stored, damages };
  if (stored > row.lastSeq) damages.push(corrupt(database, stateId, `has ${stored} records, its journal ends with ${row.lastSeq}`));
  return { run, last: row.lastSeq, damages: [...damages, ...indexDamages(database, row)] };
}

/** Entries of the run that `list` would not find. */
function indexDamages(database: Database, { run, stateId, header }: RunRow): CorruptError[] {
  const { createdAt, status, pipelineName, parentStateId, wakeAt, tags }: StateHeader = header;
  const found = (index: string, column: string, value: string | number): boolean =>
    database.get(`SELECT 1 FROM runs INDEXED BY ${index} WHERE ${column} = ? AND run = ?`, value, run) !== undefined;
  const indexes: readonly (readonly [name: string, column: string, value: string | number | undefined])[] = [
    ["runs_newest", "created_at", createdAt],
    ["runs_by_status", "status", status],
    ["runs_by_pipeline", "pipeline_name", pipelineName],
    ["runs_by_parent", "parent_state_id", parentStateId],
    ["runs_by_wake", "wake_at", wakeAt],
  ];
  const lost = indexes.filter(([name, column, value]) => value !== undefined && !found(name, column, value)).map(([name]) => name);
  const tagged = new Set(database.all("SELECT tag FROM tags WHERE run = ?", run).map(({ tag }) => tag));
  if (tagged.size !== new Set(tags).size || !tags.every((tag) => tagged.has(tag))) lost.push("tags");
  return lost.map((name) => corrupt(database, stateId, `is not what ${name} says: list cannot be relied on, REINDEX may help`));
}

/** Looks at some records of the range, and says which is next. Those that are missing one after the other count as one: how many, a damaged number may say. */
function lookAtRecords(database: Database, range: Range): { readonly damages: readonly CorruptError[]; readonly next: number } {
  const { run, stateId, from, to } = range;
  const damages: CorruptError[] = [];
  let next = from;
  for (let looks = 0; looks < batchLength && next <= to; looks += 1) {
    const seq = next;
    const damage = damageOf(database, stateId, () => void recordAt(database, { run, stateId, seq }));
    next = damage.length === 0 ? seq + 1 : behindGap(database, range, seq);
    if (next > seq + 1) damages.push(corrupt(database, stateId, `lacks its records ${seq} to ${next - 1}`));
    else damages.push(...damage);
  }
  return { damages, next };
}

/** The first seq of the range behind this one and those that are missing from it on; the next one where nothing can be read. */
function behindGap(database: Database, { run, stateId, to }: Range, seq: number): number {
  let found = seq;
  damageOf(database, stateId, () => {
    found = nextRecord(database, run, seq) ?? to + 1;
  });
  return Math.min(Math.max(found, seq + 1), to + 1);
}

function readableFrom(database: Database, { run, stateId, from, to }: Range): readonly StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let seq = from; seq <= to; seq += 1) {
    const damages = damageOf(database, stateId, () => void records.push(recordAt(database, { run, stateId, seq })));
    if (damages.length > 0) break;
  }
  return records;
}

/** What `work` finds to be damaged, by our checksums or by SQLite's own checks. */
function damageOf(database: Database, stateId: string, work: () => void): readonly CorruptError[] {
  try {
    work();
    return [];
  } catch (error) {
    const reported = storageError(error, `verify run ${stateId}`, { path: database.file, stateId });
    if (isRepriseError(reported, "CORRUPT")) return [reported as CorruptError];
    throw error;
  }
}

function numberOf(database: Database | undefined, stateId: string): number {
  const run = database && numberOfRun(database, stateId);
  if (run === undefined) throw missing(stateId);
  return run;
}

function missing(stateId: string): RepriseError {
  return new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
}

function corrupt({ file }: Database, stateId: string, fault: string): CorruptError {
  return new CorruptError(`${file}: run ${stateId} ${fault}`, { path: file, stateId });
}
