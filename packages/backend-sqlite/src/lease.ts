import type { Database } from "./database.ts";
import type { SqliteRow } from "./driver.ts";
import type { ProcessIdentity } from "./processes.ts";

/**
 * Who holds a run. It only decides how soon somebody else may try to take the run over; that a former holder can do no harm is
 * the business of the epoch. No lease: nobody holds the run.
 */
export interface Lease {
  /** Names the writer. */
  readonly token: string;
  readonly owner: string;
  /** Milliseconds since the epoch: for people. */
  readonly since: number;
  /** A holder that cannot be seen and whose beat has not changed for this long may be taken over. */
  readonly ttlMs: number;
  /** Grows while the holder lives. */
  readonly beat: number;
  /** Undefined: what is stored makes no sense. */
  readonly holder: ProcessIdentity | undefined;
}

/** Columns of {@link leaseOf}, none of which a run has. */
export const leaseColumns = "token, owner, since, ttl_ms, beat, process";

/** What a row says; undefined for an outer join without a lease. */
export function leaseOf(row: SqliteRow | undefined): Lease | undefined {
  if (row === undefined || row["token"] === null) return undefined;
  const { token, owner, since, ttl_ms: ttlMs, beat } = row;
  return { token, owner, since, ttlMs, beat, holder: holderOf(String(row["process"])) } as Lease;
}

export function readLease(database: Database, run: number): Lease | undefined {
  return leaseOf(database.get(`SELECT ${leaseColumns} FROM leases WHERE run = ?`, run));
}

/** Whether nobody has taken, given back or renewed the lease in between. */
export function isSameLease(one: Lease | undefined, other: Lease | undefined): boolean {
  return one?.token === other?.token && one?.beat === other?.beat;
}

export function writeLease(database: Database, run: number, { token, owner, since, ttlMs, beat, holder }: Lease): void {
  const sql = `INSERT OR REPLACE INTO leases (run, ${leaseColumns}) VALUES (?, ?, ?, ?, ?, ?, ?)`;
  database.run(sql, run, token, owner, since, ttlMs, beat, JSON.stringify(holder ?? null));
}

/** Shows that the holder lives. Always changes something, so its commit syncs what was committed before. */
export function beatLease(database: Database, run: number, token: string): void {
  database.run("UPDATE leases SET beat = beat + 1 WHERE run = ? AND token = ?", run, token);
}

/** Lets the run go, unless somebody else has it. */
export function dropLease(database: Database, run: number, token: string): void {
  database.run("DELETE FROM leases WHERE run = ? AND token = ?", run, token);
}

function holderOf(text: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(text) as Partial<ProcessIdentity> | null;
    return typeof holder?.pid === "number" && typeof holder.thread === "number" ? (holder as ProcessIdentity) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
