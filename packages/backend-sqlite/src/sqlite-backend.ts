import { checkKnown, checkMessageId, checkStateId, invalidOption, RepriseError, type OptionNames, type StateBackend, type StateHead, type StateWriter, type StoredRecord } from "@reprise/core/spi";
import { acquireRun } from "./acquire-run.ts";
import { ArtifactStore } from "./artifact-store.ts";
import { InboxWatch } from "./inbox-watch.ts";
import { postMessage } from "./inbox.ts";
import { leaseJudge } from "./lease-judge.ts";
import { readLease } from "./lease.ts";
import { listRuns } from "./list-runs.ts";
import { fileOptionNames, storeOf, type SqliteFileOptions } from "./options.ts";
import type { Processes } from "./processes.ts";
import { realProcesses } from "./real-processes.ts";
import { readRecords } from "./records.ts";
import { removeRun } from "./remove-run.ts";
import { findRun } from "./run-row.ts";
import { artifactBackend } from "./sqlite-artifacts.ts";
import type { SqliteContext } from "./sqlite-context.ts";
import { sqliteSystem } from "./system.ts";
import { salvageRun, verifyRun } from "./verify-run.ts";

/** Options of {@link sqliteBackend}. */
export interface SqliteBackendOptions extends SqliteFileOptions {
  /** A holder that cannot be seen from here (in another container) and is silent for this long may be taken over. Default: 30,000 ms. */
  readonly ttlMs?: number;
  /** A longer record is refused with `LIMIT`. Default: 16 MiB; at most 64 MiB. */
  readonly maxRecordBytes?: number;
  /** Processes, for tests. Default: the real ones. */
  readonly processes?: Processes;
}

const optionNames: OptionNames<SqliteBackendOptions> = { ...fileOptionNames, ttlMs: true, maxRecordBytes: true, processes: true };
const owner = "sqliteBackend";
const mebibyte = 2 ** 20;

/**
 * A backend that keeps journals, messages, leases and artifacts in one SQLite file, which many processes of one machine may
 * use. Throws `INVALID_OPTION`, and `UNSUPPORTED` on a Node without `node:sqlite`; I/O happens at the first use.
 *
 * @example
 * ```ts
 * import { sqliteBackend } from "@reprise/backend-sqlite";
 *
 * const backend = sqliteBackend({ file: ".reprise.db" });
 * await using writer = await backend.acquire("run-1", { owner: "me", create: "may" });
 * await writer.append([new TextEncoder().encode("hello")], { expect: writer.lastSeq });
 * ```
 */
export function sqliteBackend(options: SqliteBackendOptions): StateBackend {
  let closing: Promise<void> | undefined;
  const context = contextOf(options, () => {
    if (closing !== undefined) throw new RepriseError("CLOSED", `the backend on ${context.store.file} was closed`, { path: context.store.file });
  });
  const { store, writers, durability, maxRecordBytes } = context;
  const artifacts = artifactBackend(new ArtifactStore(store), async () => undefined);
  const check = (stateId: string): void => {
    context.checkOpen();
    checkStateId(stateId);
  };
  const close = async (): Promise<void> => {
    try {
      await releaseAll(writers);
    } finally {
      await artifacts.close();
      await store.close();
    }
  };

  return {
    artifacts,
    capabilities: { durability, exclusion: "host", watch: false, maxRecordBytes },
    async acquire(stateId, acquireOptions) {
      check(stateId);
      return acquireRun(context, stateId, acquireOptions);
    },
    async *read(stateId, { from = 1, to = Infinity, signal } = {}) {
      check(stateId);
      signal?.throwIfAborted();
      for await (const batch of recordsOf(context, stateId, from, to)) {
        signal?.throwIfAborted();
        yield batch;
      }
    },
    async head(stateId) {
      check(stateId);
      return headOf(context, stateId);
    },
    async list(query = {}) {
      context.checkOpen();
      return listRuns(context, query);
    },
    async post(stateId, messageId, bytes) {
      check(stateId);
      await postMessage(context, stateId, checkMessageId(messageId), new Uint8Array(bytes));
    },
    async remove(stateId, authority) {
      check(stateId);
      await removeRun(context, stateId, authority);
    },
    async verify(stateId) {
      check(stateId);
      return verifyRun(context, stateId);
    },
    async *salvage(stateId) {
      check(stateId);
      yield* salvageRun(context, stateId);
    },
    close: () => (closing ??= close()),
  };
}

async function releaseAll(writers: ReadonlySet<StateWriter>): Promise<void> {
  await Promise.all([...writers].map((writer) => writer.release()));
}

async function* recordsOf({ store }: SqliteContext, stateId: string, from: number, to: number): AsyncGenerator<readonly StoredRecord[], void> {
  const run = await store.read(`read run ${stateId}`, stateId, (database) => database && findRun(database, stateId));
  if (run === undefined) throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
  yield* readRecords(store, { run: run.run, stateId, from: Math.max(from, 1), to: Math.min(to, run.lastSeq) });
}

function headOf({ store, judge, ttlMs }: SqliteContext, stateId: string): Promise<StateHead | undefined> {
  return store.read(`read the head of run ${stateId}`, stateId, (database) => {
    const found = database && findRun(database, stateId);
    if (database === undefined || found === undefined) return undefined;
    const { run, epoch, lastSeq, header } = found;
    return { ...header, stateId, lastSeq, epoch, lease: judge.stateOf(run, readLease(database, run), ttlMs) };
  });
}

function contextOf(options: SqliteBackendOptions, checkOpen: () => void): SqliteContext {
  checkKnown(options, optionNames, owner);
  const { ttlMs = 30_000, maxRecordBytes = 16 * mebibyte, durability = "power", processes = realProcesses(), system = sqliteSystem() } = options;
  if (!(Number.isFinite(ttlMs) && ttlMs > 0)) invalidOption("ttlMs", "a positive number of milliseconds", ttlMs, owner);
  const fits = Number.isSafeInteger(maxRecordBytes) && maxRecordBytes > 0 && maxRecordBytes <= 64 * mebibyte;
  if (!fits) invalidOption("maxRecordBytes", `an integer from 1 to ${64 * mebibyte}`, maxRecordBytes, owner);
  const store = storeOf(owner, { ...options, system });
  return { store, system, processes, judge: leaseJudge(processes, system), watch: new InboxWatch(store, system), durability, maxRecordBytes, ttlMs, writers: new Set(), checkOpen };
}
