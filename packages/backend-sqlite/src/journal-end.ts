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

const endPlace = `(?1 << 32) | ${endSeq}`;

/** Adds the end of a journal that is still empty. */
export function addEnd(database: Database, run: number, epoch: number): void {
  const bytes = bytesOf(0);
  database.run(`INSERT INTO records (place, epoch, checksum, bytes) VALUES (${endPlace}, ?2, ?3, ?4)`, run, epoch, checksumOfRecord(run, endSeq, epoch, bytes), bytes);
}

/**
 * Moves the end if it is where the caller thinks; whether it was. In the transaction of whatever the writer does this is the whole check
 * that nobody has taken over, nor extended, nor removed the run.
 */
export function moveEnd(database: Database, run: number, before: JournalEnd, { epoch, lastSeq }: JournalEnd): boolean {
  const bytes = bytesOf(lastSeq);
  const sql = `UPDATE records SET epoch = ?2, checksum = ?3, bytes = ?4 WHERE place = ${endPlace} AND epoch = ?5 AND bytes = ?6`;
  return database.run(sql, run, epoch, checksumOfRecord(run, endSeq, epoch, bytes), bytes, before.epoch, bytesOf(before.lastSeq)) === 1;
}

/** The end of the journal of a run that there is; throws `CORRUPT` if it is damaged or missing. */
export function readEnd(database: Database, { run, stateId }: { readonly run: number; readonly stateId: string }): JournalEnd {
  const { epoch, checksum, bytes } = (database.get(`SELECT epoch, checksum, bytes FROM records WHERE place = ${endPlace}`, run) ?? {}) as { epoch: number; checksum?: number; bytes: Uint8Array };
  if (checksum === undefined || checksumOfRecord(run, endSeq, epoch, bytes) !== checksum) {
    throw new CorruptError(`${database.file}: the end of the journal of run ${stateId} is ${checksum === undefined ? "missing" : "damaged"}`, { path: database.file, stateId });
  }
  return { epoch, lastSeq: Number(new TextDecoder().decode(bytes)) };
}

// As text, for people who look at the file.
function bytesOf(lastSeq: number): Uint8Array {
  return new TextEncoder().encode(String(lastSeq));
}
