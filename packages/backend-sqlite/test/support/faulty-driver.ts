import { nodeSqlite, type SqliteConnection, type SqliteDriver } from "@reprise/backend-sqlite";

/** An error as SQLite's. */
export function sqliteError(errcode: number): Error {
  return Object.assign(new Error(`injected result code ${errcode}`), { code: "ERR_SQLITE_ERROR", errcode });
}

/** Called before a statement is run for what it does; may throw, and may run it first. */
export type Interference = (sql: string, connection: SqliteConnection) => void;

/** SQLite with somebody in front of every `exec` and every `run` of a statement. */
export function faultyDriver(interfere: Interference, opened: (connection: SqliteConnection) => void = () => undefined): SqliteDriver {
  const driver = nodeSqlite();
  return {
    open(file) {
      const connection = driver.open(file);
      opened(connection);
      return {
        ...connection,
        exec(sql) {
          interfere(sql, connection);
          connection.exec(sql);
        },
        prepare(sql) {
          const statement = connection.prepare(sql);
          const run: typeof statement.run = (...values) => (interfere(sql, connection), statement.run(...values));
          return { ...statement, run };
        },
      };
    },
  };
}
