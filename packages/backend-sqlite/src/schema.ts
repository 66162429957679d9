/** `PRAGMA application_id` of a store: "RPRS". */
export const applicationId = 0x52505253;

/** One step from the version before to this one. Plain SQL, so that it is the same for ever. */
export interface Migration {
  /** `PRAGMA user_version` after the step. */
  readonly version: number;
  readonly statements: readonly string[];
}

/**
 * Every step there ever was, oldest first. A step that was published is never edited.
 *
 * `ids` remembers every id that was ever used, for epochs that grow for ever, and is the second witness of which runs there are;
 * `run` is a number that is never used again. The place of a record is `run << 32 | seq`; behind the last one of a run, where `seq` is
 * 2^32 - 1, stands the end of its journal (`journal-end.ts`), so that an append changes one page of the file. `last_seq` of a run is what
 * it was when the row was last written. Puts of artifacts are counted, for clocks may stand still. Times are milliseconds since the epoch.
 * Checksums: `checksums.ts`.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE ids (
        state_id TEXT NOT NULL PRIMARY KEY,
        run INTEGER,
        epoch INTEGER NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID`,
      `CREATE TABLE runs (
        run INTEGER PRIMARY KEY AUTOINCREMENT,
        state_id TEXT NOT NULL UNIQUE,
        epoch INTEGER NOT NULL,
        last_seq INTEGER NOT NULL,
        status TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        pipeline_name TEXT,
        parent_state_id TEXT,
        wake_at REAL,
        tags TEXT NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT`,
      "CREATE INDEX runs_newest ON runs (created_at DESC, state_id)",
      "CREATE INDEX runs_by_status ON runs (status, created_at DESC, state_id)",
      "CREATE INDEX runs_by_pipeline ON runs (pipeline_name, created_at DESC, state_id) WHERE pipeline_name IS NOT NULL",
      "CREATE INDEX runs_by_parent ON runs (parent_state_id, created_at DESC, state_id) WHERE parent_state_id IS NOT NULL",
      "CREATE INDEX runs_by_wake ON runs (wake_at) WHERE wake_at IS NOT NULL",
      "CREATE TABLE tags (tag TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (tag, run)) STRICT, WITHOUT ROWID",
      "CREATE INDEX tags_by_run ON tags (run)",
      `CREATE TABLE leases (
        run INTEGER PRIMARY KEY,
        token TEXT NOT NULL,
        owner TEXT NOT NULL,
        since REAL NOT NULL,
        ttl_ms REAL NOT NULL,
        beat INTEGER NOT NULL,
        process TEXT NOT NULL
      ) STRICT`,
      `CREATE TABLE records (
        place INTEGER PRIMARY KEY,
        epoch INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT`,
      `CREATE TABLE messages (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        run INTEGER NOT NULL,
        message_id TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        UNIQUE (run, message_id)
      ) STRICT`,
      `CREATE TABLE artifacts (
        artifact INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        put_at REAL NOT NULL,
        put_number INTEGER NOT NULL
      ) STRICT`,
      "CREATE TABLE contents (artifact INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
      "CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    ],
  },
];
