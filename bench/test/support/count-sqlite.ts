import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeSqlite, sqliteBackend, sqliteSystem, type SqliteConnection, type SqliteDriver } from "@reprise/backend-sqlite";
import type { Session } from "../../src/contestant.ts";
import { repriseSession } from "../../src/reprise/reprise-session.ts";
import { storedBytes } from "../../src/scenarios/stored-bytes.ts";
import { Work } from "../../src/work.ts";

/** What a run does to its file, and what it leaves there. */
export interface SqliteCounts {
  /** Commits that sync the log. */
  readonly syncedCommits: number;
  readonly otherCommits: number;
  readonly bytes: number;
}

/** Counts the commits of a run. Timers never fire. `around`: what lies between the backend and the counter, for faults. */
export async function countSqlite(durability: "power" | "process", run: (session: Session) => Promise<unknown>, around = (driver: SqliteDriver) => driver): Promise<SqliteCounts> {
  const directory = await mkdtemp(join(tmpdir(), "reprise-count-"));
  const counts = { syncedCommits: 0, otherCommits: 0 };
  const system = { ...sqliteSystem(), setTimer: () => () => undefined };
  const backend = sqliteBackend({ file: join(directory, "store.db"), durability, driver: around(countingDriver(counts)), system });
  const session = repriseSession({ backend, durability }, new Work({ now: () => 1_795_309_200_000 }));
  let counted = counts;
  try {
    await run(session);
    counted = { ...counts };
  } finally {
    await session.close();
  }
  const bytes = storedBytes(directory);
  await rm(directory, { recursive: true, force: true });
  return { ...counted, bytes };
}

function countingDriver(counts: { syncedCommits: number; otherCommits: number }): SqliteDriver {
  const driver = nodeSqlite();
  return {
    open(file) {
      const connection = driver.open(file);
      let level = "";
      const watch = (sql: string): void => {
        level = /PRAGMA synchronous = (?<level>\w+)/u.exec(sql)?.groups?.["level"] ?? level;
        if (!/^\s*COMMIT/u.test(sql)) return;
        if (level === "FULL") counts.syncedCommits += 1;
        else counts.otherCommits += 1;
      };
      const watched: SqliteConnection = {
        ...connection,
        exec(sql) {
          watch(sql);
          connection.exec(sql);
        },
        prepare(sql) {
          const statement = connection.prepare(sql);
          return {
            ...statement,
            run(...values) {
              watch(sql);
              return statement.run(...values);
            },
          };
        },
      };
      return watched;
    },
  };
}

/** What each call adds: the difference between a run of `calls` and one of twice as many, per call. */
export async function countSqlitePerCall(durability: "power" | "process", calls: number, around?: (driver: SqliteDriver) => SqliteDriver): Promise<SqliteCounts> {
  const once = await countSqlite(durability, (session) => session.sequence("run", calls), around);
  const twice = await countSqlite(durability, (session) => session.sequence("run", calls * 2), around);
  const perCall = (count: keyof SqliteCounts): number => (twice[count] - once[count]) / calls;
  return { syncedCommits: perCall("syncedCommits"), otherCommits: perCall("otherCommits"), bytes: perCall("bytes") };
}
