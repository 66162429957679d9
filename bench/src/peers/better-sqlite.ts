import type { SqliteDatabase } from "../baselines/sqlite-journal.ts";
import { loadPeer } from "./load-peer.ts";

/** What both the hand-written journal and LangGraph's saver take. */
export interface BetterSqliteDatabase extends SqliteDatabase {
  pragma(statement: string): unknown;
}

interface BetterSqlite {
  readonly default: new (file: string) => BetterSqliteDatabase;
}

/** Opens files with better-sqlite3. */
export async function loadBetterSqlite(): Promise<(file: string) => BetterSqliteDatabase> {
  const { default: Database } = await loadPeer<BetterSqlite>("better-sqlite3");
  return (file) => new Database(file);
}
