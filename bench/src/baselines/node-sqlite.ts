import { DatabaseSync } from "node:sqlite";
import type { SqliteDatabase } from "./sqlite-journal.ts";

/** The SQLite that Node brings. */
export function openNodeSqlite(file: string): SqliteDatabase {
  const database = new DatabaseSync(file);
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return { run: (...values) => statement.run(...(values as string[])), all: (...values) => statement.all(...(values as string[])) };
    },
    close: () => database.close(),
  };
}
