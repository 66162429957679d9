import { CorruptError, RepriseError } from "@reprise/core/spi";
import { Database, rollBack } from "./database.ts";
import type { SqliteConnection, SqliteDriver } from "./driver.ts";
import { applicationId, type Migration } from "./schema.ts";
import { resultCodeOf } from "./sqlite-error.ts";

/** How a file is opened. */
export interface OpenOptions {
  readonly driver: SqliteDriver;
  readonly migrations: readonly Migration[];
  /** Make a store of an empty file. */
  readonly create: boolean;
}

// A commit writes whole pages, and a record is short: with smaller pages there is less to sync. Even smaller ones would cost large values more.
const pageBytes = 2048;

/** Opens a file that exists. Undefined if it is empty and is not to become a store. Nothing is written to a file that is not ours. */
export function openDatabase(file: string, { driver, migrations, create }: OpenOptions): Database | undefined {
  const connection = driver.open(file);
  try {
    // Waiting is done elsewhere, without stopping the event loop.
    connection.exec("PRAGMA busy_timeout = 0; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    // In one transaction: a store that somebody makes between two looks must not seem to be something else.
    const found = inTransaction(connection, "BEGIN", () => versionOf(connection, file));
    if (found === 0 && !create) {
      connection.close();
      return undefined;
    }
    const current = migrations.at(-1)?.version ?? 0;
    if (found > current) throw new RepriseError("INCOMPATIBLE", `${file} has format ${found}; this version of the package knows formats up to ${current}`, { path: file });
    if (found === 0) connection.exec(`PRAGMA page_size = ${pageBytes}`);
    useLog(connection, file);
    if (found < current) migrate(connection, file, migrations);
    return new Database(connection, file, current);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The format of a store; 0 for a file that holds nothing yet. Throws `INVALID_OPTION` for everything that is not ours. */
function versionOf(connection: SqliteConnection, file: string): number {
  const id = numberOf(connection, file, "application_id");
  const version = numberOf(connection, file, "user_version");
  if (id === applicationId) {
    if (version > 0) return version;
    throw new CorruptError(`${file} calls itself a store of Reprise, of format ${version}, which there never was`, { path: file });
  }
  const { tables } = connection.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() ?? {};
  if (id === 0 && version === 0 && tables === 0) return 0;
  throw new RepriseError("INVALID_OPTION", `file must be a store of Reprise or not exist yet, ${file} is a database of something else (application_id ${id})`, { path: "file" });
}

function numberOf(connection: SqliteConnection, file: string, pragma: string): number {
  try {
    const value = connection.prepare(`PRAGMA ${pragma}`).get()?.[pragma];
    return typeof value === "number" ? value : Number.NaN;
  } catch (error) {
    if (resultCodeOf(error) !== 26) throw error;
    throw new RepriseError("INVALID_OPTION", `file must be a store of Reprise or not exist yet, ${file} is no SQLite database, or its first bytes are damaged`, { path: "file", cause: error });
  }
}

/** Readers and the writer do not block each other with a log, and one sync is enough for a commit. */
function useLog(connection: SqliteConnection, file: string): void {
  const mode = connection.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  if (mode !== "wal") {
    throw new RepriseError("UNSUPPORTED", `${file}: SQLite cannot keep a write-ahead log here (journal mode ${String(mode)}); the file must lie on a local file system`, { path: file });
  }
  // macOS: fsync alone does not reach the disk. Elsewhere these mean nothing.
  connection.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA journal_size_limit = 67108864");
}

/** Brings a store, or an empty file, to the newest format: every step or none. */
function migrate(connection: SqliteConnection, file: string, migrations: readonly Migration[]): void {
  connection.exec("PRAGMA synchronous = FULL");
  inTransaction(connection, "BEGIN IMMEDIATE", () => {
    // Somebody else may have been faster.
    const found = versionOf(connection, file);
    for (const { version, statements } of migrations.filter((step) => step.version > found)) {
      for (const statement of statements) connection.exec(statement);
      connection.exec(`PRAGMA user_version = ${version}`);
    }
    connection.exec(`PRAGMA application_id = ${applicationId}`);
  });
}

function inTransaction<Result>(connection: SqliteConnection, begin: string, work: () => Result): Result {
  connection.exec(begin);
  try {
    const result = work();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}
