import { CorruptError } from "@reprise/core/spi";
import { checksumOfRecord } from "./checksums.ts";
import type { Database } from "./database.ts";

/** Where a journal ends, and who may extend it. */
export interface JournalEnd {
  readonly epoch: number;
  /** Seq of the last record; 0 if there is none. */
  readonly lastSeq: number;
}

/** The seq under which the end stands: behind every record of its run, and so mostly in one page with the last. */
export const endSeq = 2 ** 32 - 1;

// The seq is stored as text, for people who look at the file.
const endPlace = `(?1 << 32) | ${endSeq}`;
const moveSql = `UPDATE records SET epoch = ?2, checksum = ?3, bytes = CAST(?4 AS BLOB) WHERE place = ${endPlace} AND epoch = ?5 AND bytes = CAST(?6 AS BLOB)`;

/** Adds the end of a journal that is still empty. */
export function addEnd(database: Database, run: number, epoch: number): void {
  const text = "0";
  database.run(`INSERT INTO records (place, epoch, checksum, bytes) VALUES (${endPlace}, ?2, ?3, CAST(?4 AS BLOB))`, run, epoch, checksumOfRecord(run, endSeq, epoch, text), text);
}

/**
 * Moves the end if it is where the caller thinks; whether it was. In the transaction of whatever the writer does this is the whole check
 * that nobody has taken over, nor extended, nor removed the run.
 */
export function moveEnd(database: Database, run: number, before: JournalEnd, { epoch, lastSeq }: JournalEnd): boolean {
  const text = String(lastSeq);
  return database.run(moveSql, run, epoch, checksumOfRecord(run, endSeq, epoch, text), text, before.epoch, String(before.lastSeq)) === 1;
}

/** The end of the journal of a run that there is; throws `CORRUPT` if it is damaged or missing. */
export function readEnd(database: Database, { run, stateId }: { readonly run: number; readonly stateId: string }): JournalEnd {
  const { epoch, checksum, bytes } = (database.get(`SELECT epoch, checksum, bytes FROM records WHERE place = ${endPlace}`, run) ?? {}) as { epoch: number; checksum?: number; bytes: Uint8Array };
  if (checksum === undefined || checksumOfRecord(run, endSeq, epoch, bytes) !== checksum) {
    throw new CorruptError(`${database.file}: the end of the journal of run ${stateId} is ${checksum === undefined ? "missing" : "damaged"}`, { path: database.file, stateId });
  }
  return { epoch, lastSeq: Number(new TextDecoder().decode(bytes)) };
}
