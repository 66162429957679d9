import { join } from "node:path";
import type { Opener } from "../contestant.ts";
import { journalSession, type HandWrittenJournal } from "./journal-session.ts";

/** What a journal needs of an SQLite: better-sqlite3 and node:sqlite both have it. */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: readonly unknown[]): unknown; all(...values: readonly unknown[]): readonly unknown[] };
  close(): void;
}

/** One row per result in a table, each committed: by whichever SQLite. `FULL` syncs the log at each commit, `NORMAL` does not. */
export function sqliteJournal(open: (file: string) => SqliteDatabase, synchronous: "FULL" | "NORMAL"): Opener {
  return async ({ directory, work }) => journalSession(openJournal(open(join(directory, "journal.db")), synchronous), work);
}

function openJournal(database: SqliteDatabase, synchronous: "FULL" | "NORMAL"): HandWrittenJournal {
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
  database.exec("CREATE TABLE IF NOT EXISTS results (seq INTEGER PRIMARY KEY, run TEXT NOT NULL, line TEXT NOT NULL)");
  const insert = database.prepare("INSERT INTO results (run, line) VALUES (?, ?)");
  const select = database.prepare("SELECT line FROM results WHERE run = ? ORDER BY seq");
  return {
    append: (run, line) => void insert.run(run, line),
    appendAll(lines) {
      database.exec("BEGIN");
      for (const { run, line } of lines) insert.run(run, line);
      database.exec("COMMIT");
    },
    read: (run) => (select.all(run) as readonly { readonly line: string }[]).map(({ line }) => line),
    close: () => database.close(),
  };
}
