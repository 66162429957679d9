import { RepriseError } from "@reprise/core/spi";
import type { SqliteConnection, SqliteRow, SqliteStatement, SqliteValue } from "./driver.ts";
import { isBusy, isFull, resultCodeOf, UncertainCommit } from "./sqlite-error.ts";

/**
 * What `PRAGMA synchronous` is for a commit. `FULL` syncs the log: the commit, and every one before it, survives a power cut.
 * `NORMAL` leaves that to the operating system; the file is intact after a power cut all the same.
 */
export type SyncLevel = "FULL" | "NORMAL";

const levelNumbers: { readonly [Level in SyncLevel]: number } = { NORMAL: 1, FULL: 2 };

/** An open store: statements that are prepared once, and transactions that either happened or did not. */
export class Database {
  readonly file: string;
  readonly #connection: SqliteConnection;
  readonly #version: number;
  readonly #statements = new Map<string, SqliteStatement>();
  #level: SyncLevel | undefined;
  readonly #confirmed = new Set<SyncLevel>();

  constructor(connection: SqliteConnection, file: string, version: number) {
    this.#connection = connection;
    this.file = file;
    this.#version = version;
  }

  /** A statement, the same for the same text. */
  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  get(sql: string, ...values: readonly SqliteValue[]): SqliteRow | undefined {
    return this.prepare(sql).get(...values);
  }

  all(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[] {
    return this.prepare(sql).all(...values);
  }

  /** How many rows were changed. */
  run(sql: string, ...values: readonly SqliteValue[]): number {
    return this.prepare(sql).run(...values);
  }

  /** Runs `work` in a transaction that may write. If it throws, nothing happened, unless with {@link UncertainCommit}. */
  transaction<Result>(level: SyncLevel, work: () => Result): Result {
    this.#syncAt(level);
    this.run("BEGIN IMMEDIATE");
    let result: Result;
    try {
      this.#checkVersion();
      result = work();
    } catch (error) {
      rollBack(this.#connection);
      throw error;
    }
    this.#commit();
    return result;
  }

  /** Runs `work`, which only reads: all its statements see the store as it is at one moment. */
  reading<Result>(work: () => Result): Result {
    this.#connection.exec("BEGIN");
    try {
      return work();
    } finally {
      rollBack(this.#connection);
    }
  }

  /** From now on, until it is closed, this connection sees the store as it is now. */
  beginReading(): void {
    this.#connection.exec("BEGIN");
    this.get("SELECT count(*) FROM sqlite_schema");
  }

  /** Undoes what `work` did if it throws, and nothing else of the transaction. */
  part<Result>(work: () => Result): Result {
    this.#connection.exec("SAVEPOINT part");
    try {
      const result = work();
      this.#connection.exec("RELEASE part");
      return result;
    } catch (error) {
      this.#connection.exec("ROLLBACK TO part; RELEASE part");
      throw error;
    }
  }

  /** Writes everything that the log holds into the file and syncs that. Throws "busy" if a reader is in the way. */
  checkpoint(): void {
    const row = this.get("PRAGMA wal_checkpoint(FULL)");
    if (row?.["busy"] !== 0) throw Object.assign(new Error("the checkpoint has to wait for a reader"), { errcode: 5 });
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #syncAt(level: SyncLevel): void {
    if (this.#level === level) return;
    this.#level = undefined;
    this.#connection.exec(`PRAGMA synchronous = ${level}`);
    // Levels alternate from commit to commit: that SQLite does as it is told is asked once.
    const found = this.#confirmed.has(level) ? levelNumbers[level] : this.get("PRAGMA synchronous")?.["synchronous"];
    if (found !== levelNumbers[level]) {
      throw new RepriseError("UNSUPPORTED", `${this.file}: SQLite was told to commit with synchronous = ${level} and does it with ${String(found)}`, { path: this.file });
    }
    this.#confirmed.add(level);
    this.#level = level;
  }

  /** A newer version of this package may have changed the tables since we opened the file. */
  #checkVersion(): void {
    const version = this.get("PRAGMA user_version")?.["user_version"];
    if (version === this.#version) return;
    const message = `${this.file} was brought to format ${String(version)} by a newer version of this package, this one writes format ${this.#version}`;
    throw new RepriseError("INCOMPATIBLE", message, { path: this.file });
  }

  #commit(): void {
    try {
      this.run("COMMIT");
    } catch (error) {
      rollBack(this.#connection);
      // What was refused for want of a lock or of space is not in the log.
      throw isBusy(error) || isFull(error) ? error : new UncertainCommit(error);
    }
  }
}

/** Ends a transaction without it having happened, if it is not over. */
export function rollBack(connection: SqliteConnection): void {
  try {
    connection.exec("ROLLBACK");
  } catch (error) {
    // ERROR: no transaction is active. After some failures SQLite has rolled back by itself.
    if (resultCodeOf(error) !== 1) throw error;
  }
}
