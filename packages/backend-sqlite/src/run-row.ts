import { CorruptError, type StateHeader } from "@reprise/core/spi";
import { checksumOf } from "./checksums.ts";
import type { Database } from "./database.ts";
import type { SqliteRow } from "./driver.ts";
import { addEnd, readEnd, type JournalEnd } from "./journal-end.ts";

/** A run as its row has it, verified. */
export interface RunRow {
  /** Its number in this file; never used again once the run was removed. */
  readonly run: number;
  readonly stateId: string;
  readonly epoch: number;
  /** Seq of the last record when the row was last written, with a header or when the run was let go; there may be more by now. */
  readonly lastSeq: number;
  readonly header: StateHeader;
}

/** Columns of {@link runOf}. */
export const runColumns = "run, state_id, epoch, last_seq, status, created_at, updated_at, pipeline_name, parent_state_id, wake_at, tags, checksum";

const columns = ["run", "state_id", "epoch", "last_seq", "status", "created_at", "updated_at", "pipeline_name", "parent_state_id", "wake_at", "tags"] as const;
type Fields = readonly (string | number | null)[];

/** What a row says; throws `CORRUPT` if it does not match its checksum. */
export function runOf(row: SqliteRow, file: string): RunRow {
  const [run, stateId, epoch, lastSeq, status, createdAt, updatedAt, pipelineName, parentStateId, wakeAt, tags] = valuesOf(row);
  if (!isIntact(row)) {
    throw new CorruptError(`${file}: the row of run ${String(stateId)} (number ${String(run)}) is damaged`, { path: file, stateId: String(stateId) });
  }
  const header = {
    status,
    createdAt,
    updatedAt,
    tags: JSON.parse(tags as string) as string[],
    ...(pipelineName === null ? {} : { pipelineName }),
    ...(parentStateId === null ? {} : { parentStateId }),
    ...(wakeAt === null ? {} : { wakeAt }),
  } as StateHeader;
  return { run, stateId, epoch, lastSeq, header } as RunRow;
}

/** The run with this number; undefined if there is none (any more). */
export function runNumbered(database: Database, run: number): RunRow | undefined {
  const row = database.get(`SELECT ${runColumns} FROM runs WHERE run = ?`, run);
  return row && runOf(row, database.file);
}

/**
 * The run with this id, with the seq of its last record as it is now. The table of all ids and the end of the journal must agree with the
 * row: none of the three can lose or change a run without being noticed. Throws `CORRUPT`.
 */
export function findRun(database: Database, stateId: string): RunRow | undefined {
  const row = database.get(`SELECT ${runColumns} FROM runs WHERE state_id = ?`, stateId);
  const run = row && runOf(row, database.file);
  const known = knownId(database, stateId);
  if ((known?.run ?? undefined) !== run?.run || (run !== undefined && (known?.epoch !== run.epoch || run.stateId !== stateId))) {
    throw new CorruptError(`${database.file}: what is said of run ${stateId} in its row and in the table of ids does not agree`, { path: database.file, stateId });
  }
  if (run === undefined) return undefined;
  const { epoch, lastSeq } = readEnd(database, run);
  if (epoch === run.epoch && lastSeq >= run.lastSeq) return { ...run, lastSeq };
  const fault = `ends with record ${lastSeq} of epoch ${epoch}, but its row knows record ${run.lastSeq} of epoch ${run.epoch}`;
  throw new CorruptError(`${database.file}: the journal of run ${stateId} ${fault}`, { path: database.file, stateId });
}

/** The number of a run of which any trace is left, however damaged. */
export function numberOfRun(database: Database, stateId: string): number | undefined {
  const row = database.get("SELECT run FROM runs WHERE state_id = ?1 UNION SELECT run FROM ids WHERE state_id = ?1 AND run IS NOT NULL", stateId);
  return row?.["run"] as number | undefined;
}

/** The last epoch of a run with this id, also of one that was removed; 0 if there never was one. */
export function lastEpochOf(database: Database, stateId: string): number {
  return knownId(database, stateId)?.epoch ?? 0;
}

function knownId(database: Database, stateId: string): { readonly run: number | null; readonly epoch: number } | undefined {
  const row = database.get("SELECT run, epoch, checksum FROM ids WHERE state_id = ?", stateId);
  if (row === undefined) return undefined;
  const known = row as { readonly run: number | null; readonly epoch: number };
  if (checksumOf([stateId, known.run, known.epoch]) === row["checksum"]) return known;
  throw new CorruptError(`${database.file}: the entry of run ${stateId} in the table of ids is damaged`, { path: database.file, stateId });
}

/** Remembers the epoch of an id, and which run has it; null: none any more. */
export function rememberId(database: Database, stateId: string, run: number | null, epoch: number): void {
  const sql = "INSERT INTO ids (state_id, run, epoch, checksum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (state_id) DO UPDATE SET run = ?2, epoch = ?3, checksum = ?4";
  database.run(sql, stateId, run, epoch, checksumOf([stateId, run, epoch]));
}

/** Adds a run without records, and the end of its journal. */
export function addRun(database: Database, stateId: string, epoch: number, header: StateHeader): RunRow {
  const { next } = database.get("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'runs'), 0) + 1 AS next") ?? {};
  const run: RunRow = { run: next as number, stateId, epoch, lastSeq: 0, header };
  const fields = fieldsOf(run);
  database.run(`INSERT INTO runs (${runColumns}) VALUES (${columns.map(() => "?").join(", ")}, ?)`, ...fields, checksumOf(fields));
  tagRun(database, run);
  addEnd(database, run.run, epoch);
  return run;
}

const updateSql = `UPDATE runs SET ${columns.slice(1).map((column, index) => `${column} = ?${index + 2}`).join(", ")}, checksum = ?${columns.length + 1} WHERE run = ?1`;

/** Replaces the row of a run, and its tags if they are others. */
export function updateRun(database: Database, before: RunRow, after: RunRow): void {
  const fields = fieldsOf(after);
  database.run(updateSql, ...fields, checksumOf(fields));
  if (JSON.stringify(before.header.tags) === JSON.stringify(after.header.tags)) return;
  database.run("DELETE FROM tags WHERE run = ?", after.run);
  tagRun(database, after);
}

/** Brings the row of a run that is let go to the seq of its last record. A row that is damaged is left to whoever reads it. */
export function noteLastSeq(database: Database, run: number, { epoch, lastSeq }: JournalEnd): void {
  const row = database.get(`SELECT ${runColumns} FROM runs WHERE run = ?`, run);
  if (row === undefined || !isIntact(row)) return;
  const found = runOf(row, database.file);
  if (found.epoch === epoch && found.lastSeq < lastSeq) updateRun(database, found, { ...found, lastSeq });
}

function isIntact(row: SqliteRow): boolean {
  return checksumOf(valuesOf(row)) === row["checksum"];
}

function valuesOf(row: SqliteRow): Fields {
  return columns.map((column) => row[column] as string | number | null);
}

function tagRun(database: Database, { run, header }: RunRow): void {
  for (const tag of new Set(header.tags)) database.run("INSERT INTO tags (tag, run) VALUES (?, ?)", tag, run);
}

function fieldsOf({ run, stateId, epoch, lastSeq, header }: RunRow): Fields {
  const { status, createdAt, updatedAt, pipelineName = null, parentStateId = null, wakeAt = null, tags } = header;
  return [run, stateId, epoch, lastSeq, status, createdAt, updatedAt, pipelineName, parentStateId, wakeAt, JSON.stringify(tags)];
}
