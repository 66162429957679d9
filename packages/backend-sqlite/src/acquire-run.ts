import { CorruptError, LeaseHeldError, newHeader, RepriseError, sleep, type AcquireOptions } from "@reprise/core/spi";
import type { Database } from "./database.ts";
import { moveEnd } from "./journal-end.ts";
import { isSameLease, readLease, writeLease, type Lease } from "./lease.ts";
import { lastRecord } from "./records.ts";
import { addRun, findRun, lastEpochOf, rememberId, updateRun, type RunRow } from "./run-row.ts";
import type { SqliteContext } from "./sqlite-context.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

// Somebody who waits looks again after this long, then after twice as long each time.
const firstPollMs = 5;
const longestPollMs = 40;

interface Seen {
  readonly run: RunRow | undefined;
  readonly lease: Lease | undefined;
}

/** `StateBackend.acquire` on a SQLite file. */
export async function acquireRun(context: SqliteContext, stateId: string, options: AcquireOptions): Promise<SqliteWriter> {
  const { system, store } = context;
  const deadline = system.monotonic() + (options.waitMs ?? 0);
  options.signal?.throwIfAborted();
  for (let pollMs = firstPollMs; ; pollMs = Math.min(2 * pollMs, longestPollMs)) {
    options.signal?.throwIfAborted();
    context.checkOpen();
    const seen = await store.read(`acquire run ${stateId}`, stateId, (database) => lookAt(database, stateId, options.create));
    const { run, lease } = seen;
    const isHeld = run !== undefined && context.judge.stateOf(run.run, lease, options.ttlMs ?? context.ttlMs) === "live";
    const writer = isHeld ? undefined : await take(context, stateId, options, seen);
    if (writer !== undefined) return writer;
    const leftMs = deadline - system.monotonic();
    if (isHeld && leftMs <= 0) throw new LeaseHeldError(stateId, lease ?? { owner: "nobody" });
    // Somebody else was faster: look at once who it is.
    if (isHeld) await sleep(system, Math.min(pollMs, leftMs), options.signal);
  }
}

/** The run and its lease; checked against what the caller wants to find. */
function lookAt(database: Database | undefined, stateId: string, create: AcquireOptions["create"]): Seen {
  const run = database && findRun(database, stateId);
  if (run === undefined && create === "never") throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
  if (run !== undefined && create === "must") throw new RepriseError("ALREADY_EXISTS", `run ${stateId} exists already`, { stateId });
  return { run, lease: database && run && readLease(database, run.run) };
}

/** Takes the next epoch; undefined if what was seen is no longer so. */
async function take(context: SqliteContext, stateId: string, options: AcquireOptions, seen: Seen): Promise<SqliteWriter | undefined> {
  const { store, system, processes, writers } = context;
  const token = system.token();
  const ttlMs = options.ttlMs ?? context.ttlMs;
  if (options.create !== "never") await store.ensure(`acquire run ${stateId}`);
  const acquired = await store.write({
    action: `acquire run ${stateId}`,
    stateId,
    signal: options.signal,
    work(database) {
      if (database === undefined) return undefined;
      const { run: found, lease } = lookAt(database, stateId, options.create);
      if (found?.run !== seen.run?.run || found?.epoch !== seen.run?.epoch || !isSameLease(lease, seen.lease)) return undefined;
      const run = nextEpoch(database, stateId, found, system.now());
      writeLease(database, run.run, { token, owner: options.owner, since: system.now(), ttlMs, beat: 1, holder: processes.self });
      return run;
    },
  });
  if (acquired === undefined) return undefined;
  const writer = new SqliteWriter(context, { run: acquired, token, ttlMs });
  writers.add(writer);
  try {
    // Whoever closed the backend meanwhile has released all writers it knew.
    context.checkOpen();
    return writer;
  } catch (error) {
    await writer.release();
    throw error;
  }
}

function nextEpoch(database: Database, stateId: string, found: RunRow | undefined, now: number): RunRow {
  const epoch = lastEpochOf(database, stateId) + 1;
  const run = found === undefined ? addRun(database, stateId, epoch, newHeader(now)) : { ...found, epoch };
  if (found !== undefined) {
    const last = lastRecord(database, found.run);
    // In this transaction nobody else can have moved the end since it was read.
    if (last !== found.lastSeq || !moveEnd(database, found.run, found, run)) {
      throw new CorruptError(`${database.file}: the last record of run ${stateId} is ${last}, it should be ${found.lastSeq}`, { path: database.file, stateId });
    }
    updateRun(database, found, run);
  }
  rememberId(database, stateId, run.run, epoch);
  return run;
}
