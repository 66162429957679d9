import { LeaseHeldError, RepriseError, sleep, type AcquireOptions } from "@reprise/core/spi";
import { ensureDirectory } from "./ensure-directory.ts";
import type { FsContext } from "./fs-context.ts";
import type { FsWriter } from "./fs-writer.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { readLease, type Lease } from "./lease.ts";
import { loadJournal } from "./load-journal.ts";
import { openSegment } from "./open-segment.ts";
import { Overtaken } from "./overtaken.ts";
import { newestEpoch, runPaths, type RunPaths } from "./paths.ts";
import { namesIn } from "./replace-file.ts";
import { checkAgainstHead, readHeadOrDamage } from "./run-head.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { startWriter } from "./start-writer.ts";
import { isMissing } from "./storage-error.ts";
import { buriedEpoch } from "./tombstone.ts";

// Between creating its segment and writing its lease a process may be paused, or die: others wait this long for the lease.
const settleMs = 250;
// Somebody who waits looks again after this long, then after twice as long each time.
const firstPollMs = 5;
const longestPollMs = 40;
// Being overtaken this often in a row is no coincidence.
const mostAttempts = 100;

/** `StateBackend.acquire` on a directory. */
export async function acquireRun(context: FsContext, stateId: string, options: AcquireOptions): Promise<FsWriter> {
  const run = runPaths(context.paths, stateId);
  const patience = new Patience(context, run, options);
  for (let attempt = 1; ; attempt += 1) {
    const { newest, lease } = await patience.untilFree();
    if (lease?.failed === true) await checkJournal(context, run, options.create);
    try {
      return await takeEpoch(context, run, newest, options);
    } catch (error) {
      if (attempt === mostAttempts || !(error instanceof Overtaken || isMissing(error))) throw error;
    }
  }
}

/** Waits for a run that somebody else holds. */
class Patience {
  readonly #context: FsContext;
  readonly #run: RunPaths;
  readonly #options: AcquireOptions;
  readonly #deadline: number;
  #unsettled = { epoch: 0, since: 0 };

  constructor(context: FsContext, run: RunPaths, options: AcquireOptions) {
    this.#context = context;
    this.#run = run;
    this.#options = options;
    this.#deadline = context.system.monotonic() + (options.waitMs ?? 0);
  }

  /** Resolves with the newest epoch (0: none) when nobody holds it. Throws `LEASE_HELD` when the time is over. */
  async untilFree(): Promise<{ readonly newest: number; readonly lease: Lease | undefined }> {
    const { io, system } = this.#context;
    for (let pollMs = firstPollMs; ; pollMs = Math.min(2 * pollMs, longestPollMs)) {
      this.#options.signal?.throwIfAborted();
      this.#context.checkOpen();
      const newest = await findRun(this.#context, this.#run, this.#options.create);
      const lease = newest === 0 ? undefined : await readLease(io, this.#run);
      const waitMs = newest === 0 ? 0 : this.#waitMs(newest, lease);
      if (waitMs <= 0) return { newest, lease };
      await sleep(system, Math.min(pollMs, waitMs), this.#options.signal);
    }
  }

  #waitMs(newest: number, lease: Lease | undefined): number {
    const { judge, system, ttlMs } = this.#context;
    const now = system.monotonic();
    if (lease === undefined || lease.epoch < newest) {
      if (this.#unsettled.epoch !== newest) this.#unsettled = { epoch: newest, since: now };
      return this.#unsettled.since + settleMs - now;
    }
    if (judge.stateOf(this.#run.stateId, lease, this.#options.ttlMs ?? ttlMs) !== "live") return 0;
    if (now >= this.#deadline) throw new LeaseHeldError(this.#run.stateId, lease);
    return this.#deadline - now;
  }
}

/** The newest epoch of a run, or 0; checked against what the caller wants to find. */
async function findRun(context: FsContext, run: RunPaths, create: AcquireOptions["create"]): Promise<number> {
  const { io, storeExists, ensureStore } = context;
  if (create !== "never") await ensureStore();
  else if (!(await storeExists())) throw notFound(run);
  const newest = newestEpoch(await namesIn(io, run.directory));
  // Throws: it is not there, or was and is lost.
  if (newest === 0 && create === "never") await checkJournal(context, run, create);
  if (newest > 0 && create === "must" && (await loadJournal(io, run, { tailOnly: true })) !== undefined) throw alreadyExists(run);
  return newest;
}

/** Looks at the journal before the next epoch is spent: the last one was given up, and the reason may still hold. */
async function checkJournal({ io }: FsContext, run: RunPaths, create: AcquireOptions["create"]): Promise<void> {
  const head = await readHeadOrDamage(io, run);
  const journal = await loadJournal(io, run);
  checkAgainstHead(run, journal, head);
  if (journal === undefined && create === "never") throw notFound(run);
}

/** Takes the epoch behind the one that was found free. */
async function takeEpoch(context: FsContext, run: RunPaths, newest: number, options: AcquireOptions): Promise<FsWriter> {
  const { io, system, processes } = context;
  const ttlMs = options.ttlMs ?? context.ttlMs;
  const epoch = (newest === 0 ? await buriedEpoch(io, run) : newest) + 1;
  if (newest === 0) await ensureDirectory(io, run.directory);
  const segment = await SegmentWriter.create(io, run, epoch);
  const state = { beat: 0, released: false, failed: false };
  const lease = new LeaseKeeper(io, run, {
    format: 1,
    epoch,
    token: system.token(),
    owner: options.owner,
    since: system.now(),
    process: processes.self,
    ttlMs,
    ...state,
  });
  try {
    await lease.beat();
    const opened = await openSegment(context, run, segment, options.create);
    options.signal?.throwIfAborted();
    return await startWriter(context, run, { segment, lease, opened, ttlMs });
  } catch (error) {
    lease.forget();
    // The failure is what the caller needs to know; a lease that is left behind counts as dead in this process.
    await Promise.allSettled([segment.close(), error instanceof Overtaken ? undefined : lease.release(true)]);
    throw error;
  }
}

function notFound({ stateId }: RunPaths): RepriseError {
  return new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
}

function alreadyExists({ stateId }: RunPaths): RepriseError {
  return new RepriseError("ALREADY_EXISTS", `run ${stateId} exists already`, { stateId });
}
