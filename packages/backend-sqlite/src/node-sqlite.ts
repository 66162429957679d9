import type { DatabaseSync } from "node:sqlite";
import { RepriseError } from "@reprise/core/spi";
import type { SqliteConnection, SqliteDriver, SqliteRow, SqliteStatement } from "./driver.ts";

/**
 * The SQLite that Node brings. Throws `UNSUPPORTED` where Node has none: it is asked for only here, so that this package can be
 * imported anywhere.
 *
 * @example
 * ```ts
 * import { nodeSqlite, sqliteBackend, type SqliteDriver } from "@reprise/backend-sqlite";
 *
 * const opened: string[] = [];
 * const real = nodeSqlite();
 * const driver: SqliteDriver = { open: (file) => (opened.push(file), real.open(file)) };
 * const backend = sqliteBackend({ file: "runs.db", driver });
 * console.log((await backend.list({})).rows.length, opened.length); // 0 0
 * await backend.close();
 * ```
 */
export function nodeSqlite(): SqliteDriver {
  const sqlite: { readonly DatabaseSync: typeof DatabaseSync } | undefined = process.getBuiltinModule("node:sqlite");
  if (sqlite === undefined) {
    throw new RepriseError("UNSUPPORTED", `@reprise/backend-sqlite needs a Node that has node:sqlite without a flag (22.13, 23.4 or newer), this is ${process.version}`);
  }
  return { open: (file) => connectionOf(new sqlite.DatabaseSync(file)) };
}

function connectionOf(database: DatabaseSync): SqliteConnection {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => statementOf(database, sql),
    close: () => database.close(),
  };
}

function statementOf(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  // No statement of this package reads integers beyond 2^53 from intact data: Node throws a RangeError for them.
  return {
    get: (...values) => statement.get(...values) as SqliteRow | undefined,
    all: (...values) => statement.all(...values) as unknown as SqliteRow[],
    run: (...values) => Number(statement.run(...values).changes),
  };
}
