/** What SQLite stores, as JavaScript has it. */
export type SqliteValue = null | number | string | Uint8Array;

/** One row, by column. Bytes belong to whoever asked. */
export interface SqliteRow {
  readonly [column: string]: SqliteValue | undefined;
}

/** A prepared statement. Parameters are bound by position and never become part of the text. */
export interface SqliteStatement {
  /** The first row; undefined if there is none. */
  get(...values: readonly SqliteValue[]): SqliteRow | undefined;
  /** Every row. */
  all(...values: readonly SqliteValue[]): readonly SqliteRow[];
  /** How many rows were changed. */
  run(...values: readonly SqliteValue[]): number;
}

/** One connection to one file. */
export interface SqliteConnection {
  /** Runs statements that give nothing back. */
  exec(sql: string): void;
  /** Compiles one statement, to be run any number of times. */
  prepare(sql: string): SqliteStatement;
  /** Closes the file; the connection cannot be used any more. */
  close(): void;
}

/**
 * The door to SQLite: everything is synchronous, and an error of SQLite carries its extended result code in `errcode`. For fault
 * injection, and for who must bring a SQLite of their own.
 */
export interface SqliteDriver {
  /** Opens a file that exists. */
  open(file: string): SqliteConnection;
}
