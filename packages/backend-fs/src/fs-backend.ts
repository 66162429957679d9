import { resolve } from "node:path";
import {
  checkKnown,
  checkMessageId,
  checkOneOf,
  checkStateId,
  invalidOption,
  newHeader,
  RepriseError,
  type Durability,
  type OptionNames,
  type StateBackend,
  type StateHead,
  type StateWriter,
} from "@reprise/core/spi";
import { ArtifactStore } from "./artifact-store.ts";
import { acquireRun } from "./acquire-run.ts";
import { artifactBackend } from "./fs-artifacts.ts";
import type { FsContext } from "./fs-context.ts";
import { postMessage } from "./inbox.ts";
import type { Io } from "./io.ts";
import { journalRecords } from "./journal-records.ts";
import { KnownStore } from "./known-store.ts";
import { leaseJudge } from "./lease-judge.ts";
import { readLease } from "./lease.ts";
import { listRuns } from "./list-runs.ts";
import { loadJournal } from "./load-journal.ts";
import { runPaths, storePaths } from "./paths.ts";
import type { Processes } from "./processes.ts";
import { realIo, realProcesses, type SyncMode } from "./real-io.ts";
import { removeRun } from "./remove-run.ts";
import { checkAgainstHead, intactHead, readHeadOrDamage } from "./run-head.ts";
import { reportingBatches, reportingIo } from "./storage-error.ts";
import { salvageRun, verifyRun } from "./verify-run.ts";
import { fsSystem, type FsSystem } from "./system.ts";

/** Options of {@link fsBackend}. */
export interface FsBackendOptions {
  /** Where the store is, or will be: a missing or empty directory becomes one at the first `acquire`. On a local file system. */
  readonly dir: string;
  /**
   * `power`: an acknowledged append survives a power cut. `process`: it survives the death of the process, and a power cut
   * may cost the last 50 ms. Default: `power`.
   */
  readonly durability?: Exclude<Durability, "none">;
  /** A holder on another host, or in another container, that is silent for this long may be taken over. Default: 30,000 ms. */
  readonly ttlMs?: number;
  /** A longer record is refused with `LIMIT`. Default: 16 MiB; at most 64 MiB. */
  readonly maxRecordBytes?: number;
  /** A segment file that has become longer than this is followed by another one. Default: 64 MiB; at most 1 GiB. */
  readonly segmentBytes?: number;
  /**
   * Each holder of a run begins a segment file of its own. A run in more files than this is written into one when it is next acquired, if they
   * have 64 KiB or less on average. Default: 32.
   */
  readonly mostSegments?: number;
  /**
   * Where syncs are waited for. `pool`: in the thread pool. `blocking`: in the event loop, and nothing else moves meanwhile. `auto`: in the event
   * loop if no other sync is wanted and they have lately taken less than 2 ms, otherwise in the pool. Default: `auto`.
   */
  readonly sync?: SyncMode;
  /** What this host is called in leases. Two hosts must not share a name. Default: the host name. */
  readonly host?: string;
  /** The file system, for simulators and fault injection. Default: the real one. */
  readonly io?: Io;
  /** Clock and timers, for tests. Default: the real ones. */
  readonly system?: FsSystem;
  /** Processes, for tests. Default: the real ones. */
  readonly processes?: Processes;
}

const optionNames: OptionNames<FsBackendOptions> = {
  dir: true,
  durability: true,
  ttlMs: true,
  maxRecordBytes: true,
  segmentBytes: true,
  mostSegments: true,
  sync: true,
  host: true,
  io: true,
  system: true,
  processes: true,
};
const mebibyte = 2 ** 20;

/**
 * A backend that keeps journals in a directory. An acknowledged append survives power loss, and a process that was taken
 * over can no longer extend its run, whatever it was doing meanwhile. Throws `INVALID_OPTION`; I/O happens at the first use.
 *
 * @example
 * ```ts
 * import { fsBackend } from "@reprise/backend-fs";
 *
 * const backend = fsBackend({ dir: ".reprise" });
 * await using writer = await backend.acquire("run-1", { owner: "me", create: "may" });
 * await writer.append([new TextEncoder().encode("hello")], { expect: writer.lastSeq });
 * ```
 */
export function fsBackend(options: FsBackendOptions): StateBackend {
  let closing: Promise<void> | undefined;
  const checkOpen = (): void => {
    if (closing !== undefined) throw new RepriseError("CLOSED", `the backend on ${paths.root} was closed`, { path: paths.root });
  };
  const context = contextOf(options, checkOpen);
  const { paths, writers } = context;
  /** Checks, then work whose system errors are reported as Reprise's. */
  const forRun = <Result>(stateId: string, action: string, work: () => Promise<Result>): Promise<Result> =>
    reportingIo(action, { stateId }, async () => {
      checkOpen();
      checkStateId(stateId);
      return work();
    });

  const artifacts = artifactBackend(new ArtifactStore({ ...context, root: paths.artifacts, sync: context.durability === "power", prepare: context.ensureStore }));

  return {
    artifacts,
    capabilities: { durability: context.durability, exclusion: "host", watch: false, maxRecordBytes: context.maxRecordBytes },
    acquire: (stateId, acquireOptions) => forRun(stateId, `acquire run ${stateId}`, () => acquireRun(context, stateId, acquireOptions)),
    read: (stateId, { from = 1, to = Infinity, signal } = {}) =>
      reportingBatches(`read run ${stateId}`, { stateId }, readRun(context, stateId, { from, to, signal })),
    head: (stateId) => forRun(stateId, `read the head of run ${stateId}`, () => headOf(context, stateId)),
    list: (query = {}) =>
      reportingIo("list runs", { path: paths.runs }, async () => {
        checkOpen();
        await context.storeExists();
        return listRuns(context, query);
      }),
    post: (stateId, messageId, bytes) =>
      forRun(stateId, `post to run ${stateId}`, () => postMessage(context, stateId, checkMessageId(messageId), new Uint8Array(bytes))),
    remove: (stateId, authority) => forRun(stateId, `remove run ${stateId}`, () => removeRun(context, stateId, authority)),
    verify: (stateId) => forRun(stateId, `verify run ${stateId}`, () => verifyRun(context, stateId)),
    async *salvage(stateId) {
      checkOpen();
      yield* reportingBatches(`salvage run ${stateId}`, { stateId }, salvageRun(context, checkStateId(stateId)));
    },
    close: () => (closing ??= releaseAll(writers).then(() => artifacts.close())),
  };
}

async function releaseAll(writers: ReadonlySet<StateWriter>): Promise<void> {
  await Promise.all([...writers].map((writer) => writer.release()));
}

async function headOf({ io, judge, paths, ttlMs, storeExists }: FsContext, stateId: string): Promise<StateHead | undefined> {
  if (!(await storeExists())) return undefined;
  const run = runPaths(paths, stateId);
  // Before the journal, which may only have grown since.
  const found = await readHeadOrDamage(io, run);
  const journal = await loadJournal(io, run, { tailOnly: true });
  checkAgainstHead(run, journal, found);
  const head = intactHead(found);
  const newest = journal?.segments.at(-1);
  if (journal === undefined || newest === undefined) return undefined;
  const header = head?.born === newest.header.born ? head.header : newHeader(newest.header.created);
  const lease = judge.stateOf(stateId, await readLease(io, run), ttlMs);
  return { ...header, stateId, lastSeq: journal.lastSeq, epoch: newest.epoch, lease };
}

async function* readRun(
  { io, paths, checkOpen, storeExists }: FsContext,
  stateId: string,
  { from, to, signal }: { readonly from: number; readonly to: number; readonly signal: AbortSignal | undefined },
) {
  checkOpen();
  checkStateId(stateId);
  signal?.throwIfAborted();
  const run = runPaths(paths, stateId);
  const head = (await storeExists()) ? await readHeadOrDamage(io, run) : undefined;
  const journal = await loadJournal(io, run);
  checkAgainstHead(run, journal, head);
  if (journal === undefined) throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
  for (const batch of journalRecords(journal, from, to)) {
    signal?.throwIfAborted();
    yield batch;
  }
}

function contextOf(options: FsBackendOptions, checkOpen: () => void): FsContext {
  checkKnown(options, optionNames, "fsBackend");
  const maxRecordBytes = options.maxRecordBytes ?? 16 * mebibyte;
  const ttlMs = options.ttlMs ?? 30_000;
  const segmentBytes = options.segmentBytes ?? 64 * mebibyte;
  check("dir", typeof options.dir === "string" && options.dir !== "", "a path", options.dir);
  checkOneOf("durability", ["power", "process"], options.durability, "fsBackend");
  checkOneOf("sync", ["auto", "pool", "blocking"], options.sync, "fsBackend");
  check("ttlMs", Number.isFinite(ttlMs) && ttlMs > 0, "a positive number of milliseconds", ttlMs);
  const fits = Number.isSafeInteger(maxRecordBytes) && maxRecordBytes > 0 && maxRecordBytes <= 64 * mebibyte;
  check("maxRecordBytes", fits, `an integer from 1 to ${64 * mebibyte}`, maxRecordBytes);
  const rolls = Number.isSafeInteger(segmentBytes) && segmentBytes > 0 && segmentBytes <= 1024 * mebibyte;
  check("segmentBytes", rolls, `an integer from 1 to ${1024 * mebibyte}`, segmentBytes);
  const mostSegments = options.mostSegments ?? 32;
  check("mostSegments", Number.isSafeInteger(mostSegments) && mostSegments > 0, "a positive integer", mostSegments);
  const { io = realIo(options.sync), system = fsSystem(), processes = realProcesses(options.host) } = options;
  const paths = storePaths(resolve(options.dir));
  const store = new KnownStore(io, paths, system);
  return {
    io,
    system,
    processes,
    paths,
    judge: leaseJudge(processes, system),
    durability: options.durability ?? "power",
    maxRecordBytes,
    ttlMs,
    segmentBytes,
    mostSegments,
    writers: new Set(),
    checkOpen,
    storeExists: () => store.exists(),
    ensureStore: () => store.ensure(),
  };
}

function check(option: string, holds: boolean, rule: string, value: unknown): void {
  if (!holds) invalidOption(option, rule, value, "fsBackend");
}
