import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteBackend, type SqliteBackendOptions } from "@reprise/backend-sqlite";
import type { StateBackend } from "@reprise/core/spi";
import { stateBackendSuite, type StateBackendSuiteOptions } from "@reprise/testing/vitest";
import { onTestFinished } from "vitest";

const places = new WeakMap<StateBackend, string>();

function optionsFor(settings: Omit<SqliteBackendOptions, "file">): StateBackendSuiteOptions {
  const openAt = (file: string): StateBackend => {
    const backend = sqliteBackend({ ...settings, file });
    places.set(backend, file);
    return backend;
  };
  const again = (backend: StateBackend): StateBackend => openAt(places.get(backend)!);
  return {
    open: async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-suite-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      return openAt(join(dir, "store", "runs.db"));
    },
    reopen: again,
    connect: again,
    abandon: (backend, stateId) => looksDead(places.get(backend)!, stateId),
    damage: (backend, stateId) => breakFirstRecord(places.get(backend)!, stateId),
    powerLossShownBy: "the tests of SQLite itself; packages/backend-sqlite/src/options.test.ts shows that it is asked for it",
  };
}

/** Makes the lease say that its holder ran before the machine was last started. */
function looksDead(file: string, stateId: string): void {
  meddle(file, "UPDATE leases SET process = json_set(process, '$.boot', 'an earlier one') WHERE run = (SELECT run FROM runs WHERE state_id = ?)", stateId);
}

/** Changes a byte of the first record. */
function breakFirstRecord(file: string, stateId: string): void {
  meddle(file, "UPDATE records SET bytes = CAST(replace(CAST(bytes AS TEXT), 'r1', 'x1') AS BLOB) WHERE place = ((SELECT run FROM runs WHERE state_id = ?) << 32) + 1", stateId);
}

function meddle(file: string, sql: string, stateId: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 10000");
    database.prepare(sql).run(stateId);
  } finally {
    database.close();
  }
}

stateBackendSuite("sqliteBackend", optionsFor({}));
stateBackendSuite("sqliteBackend, durability process", optionsFor({ durability: "process" }));
