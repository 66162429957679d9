import { checkStateId, LeaseHeldError, newHeader, RepriseError, type AcquireOptions, type StateWriter, type System } from "@reprise/core/spi";
import type { MemoryRun, MemoryStore } from "./memory-run.ts";
import { memoryWriter } from "./memory-writer.ts";
import { RecordLog } from "./record-log.ts";

/** What acquiring needs of its backend. */
export interface AcquireContext {
  readonly store: MemoryStore;
  readonly system: Pick<System, "now" | "setTimer">;
  readonly maxRecordBytes: number;
  /** Those not yet released. */
  readonly writers: Set<StateWriter>;
  /** Called whenever some run becomes free; each waiter looks whether it is its own. */
  readonly waiters: Set<() => void>;
  /** Throws if the backend was closed. */
  readonly checkOpen: () => void;
}

/** `StateBackend.acquire` in memory. */
export async function acquireRun(context: AcquireContext, stateId: string, options: AcquireOptions): Promise<StateWriter> {
  const { store, system } = context;
  checkStateId(stateId);
  options.signal?.throwIfAborted();
  const deadline = system.now() + (options.waitMs ?? 0);
  for (;;) {
    context.checkOpen();
    const run = findOrCreate(store, stateId, options.create, system.now());
    if (run.holder === undefined) return open(context, run, options.owner);
    const leftMs = deadline - system.now();
    if (leftMs <= 0) throw new LeaseHeldError(stateId, run.holder);
    await change(context, leftMs, options.signal);
  }
}

/** Tells everyone who waits that some run became free. */
export function wakeWaiters({ waiters }: Pick<AcquireContext, "waiters">): void {
  for (const wake of waiters) wake();
}

function open(context: AcquireContext, run: MemoryRun, owner: string): StateWriter {
  const { store, writers, maxRecordBytes } = context;
  run.epoch += 1;
  run.holder = { owner, since: context.system.now() };
  const onRelease = (released: StateWriter): void => {
    writers.delete(released);
    wakeWaiters(context);
  };
  const writer = memoryWriter({ store, run, maxRecordBytes, onRelease });
  writers.add(writer);
  return writer;
}

function findOrCreate(store: MemoryStore, stateId: string, create: AcquireOptions["create"], now: number): MemoryRun {
  const existing = store.runs.get(stateId);
  if (existing !== undefined) {
    if (create === "must") throw new RepriseError("ALREADY_EXISTS", `run ${stateId} exists already`, { stateId });
    return existing;
  }
  if (create === "never") throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
  const run: MemoryRun = { stateId, epoch: store.removedEpochs.get(stateId) ?? 0, header: newHeader(now), records: new RecordLog(), messages: [], listeners: new Set(), holder: undefined };
  store.runs.set(stateId, run);
  return run;
}

/** Resolves when some run has become free or the time is over; rejects with the signal's reason. */
function change({ waiters, system }: AcquireContext, leftMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      waiters.delete(wake);
      cancelTimer();
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const wake = (): void => finish(resolve);
    const onAbort = (): void => finish(() => reject(signal?.reason));
    const cancelTimer = system.setTimer(leftMs, wake);
    waiters.add(wake);
    signal?.addEventListener("abort", onAbort);
  });
}
