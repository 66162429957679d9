import {
  checkKnown,
  checkMessageFits,
  checkMessageId,
  checkStateId,
  defaultSystem,
  invalidOption,
  listPage,
  RepriseError,
  type OptionNames,
  type StateBackend,
  type StateWriter,
  type System,
} from "@reprise/core/spi";
import { acquireRun, wakeWaiters, type AcquireContext } from "./acquire-run.ts";
import { memoryArtifacts, type MemoryArtifacts } from "./memory-artifacts.ts";
import { headOf, type MemoryRun } from "./memory-run.ts";
import { snapshotOf, storeFrom, type MemorySnapshot } from "./memory-snapshot.ts";

const defaultMaxRecordBytes = 16 * 2 ** 20;

/** Options of {@link memoryBackend}. */
export interface MemoryBackendOptions {
  /** Start with what this snapshot holds, nobody holding any of its runs. Default: it starts empty. */
  readonly from?: MemorySnapshot;
  /** A longer record is refused with `LIMIT`. Default: 16 MiB. */
  readonly maxRecordBytes?: number;
  /** The clock and the timers. Default: those of the runtime. */
  readonly system?: Pick<System, "now" | "setTimer">;
}

const optionNames: OptionNames<MemoryBackendOptions> = { from: true, maxRecordBytes: true, system: true };

/** A state backend whose journals live and die with the process, with what tests of crashes need. */
export interface MemoryBackend extends StateBackend {
  readonly artifacts: MemoryArtifacts;
  /** A copy of everything, without holders: what would be left if the process died now. */
  snapshot(): MemorySnapshot;
  /**
   * For tests: forgets who holds a run, as if its process had died or had been silent for too long, without telling the
   * writer. The next `acquire` succeeds and fences it. Throws `NOT_FOUND` for an unknown run.
   */
  abandon(stateId: string): void;
}

/**
 * A backend that keeps journals in memory: nothing survives the process, one process only. Bytes are copied on the way in
 * and out, so that a caller who changes them later never changes a journal. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 *
 * const backend = memoryBackend();
 * await using writer = await backend.acquire("run-1", { owner: "me", create: "may" });
 * await writer.append([new TextEncoder().encode("hello")], { expect: 0 });
 * console.log((await backend.head("run-1"))?.lastSeq); // 1
 * ```
 */
export function memoryBackend(options: MemoryBackendOptions = {}): MemoryBackend {
  checkKnown(options, optionNames, "memoryBackend");
  const { maxRecordBytes = defaultMaxRecordBytes } = options;
  if (!(Number.isSafeInteger(maxRecordBytes) && maxRecordBytes > 0)) invalidOption("maxRecordBytes", "a whole number of bytes from 1", maxRecordBytes, "memoryBackend");
  let closed = false;
  const context: AcquireContext = {
    store: storeFrom(options.from ?? { runs: [], removed: [] }),
    system: options.system ?? defaultSystem(),
    maxRecordBytes,
    writers: new Set(),
    waiters: new Set(),
    checkOpen: () => {
      if (closed) throw new RepriseError("CLOSED", "this memory backend was closed");
    },
  };
  const { store, checkOpen } = context;
  const artifacts = memoryArtifacts({ from: options.from?.artifacts ?? [], system: context.system });
  const find = (stateId: string): MemoryRun => findRun(context, stateId);

  return {
    capabilities: { durability: "none", exclusion: "process", watch: false, maxRecordBytes },
    artifacts,
    acquire: (stateId, acquireOptions) => acquireRun(context, stateId, acquireOptions),
    async *read(stateId, { from = 1, to = Infinity, signal } = {}) {
      signal?.throwIfAborted();
      for (const batch of find(stateId).records.batches(from, to)) {
        signal?.throwIfAborted();
        yield batch;
      }
    },
    async head(stateId) {
      checkOpen();
      checkStateId(stateId);
      const run = store.runs.get(stateId);
      return run === undefined ? undefined : headOf(run);
    },
    async list(query = {}) {
      checkOpen();
      const listed = [...store.runs.values()].map((run) => ({ stateId: run.stateId, header: run.header, unread: run.messages.length > 0, run }));
      const page = listPage(listed, query);
      return { ...page, rows: page.rows.map(({ run }) => headOf(run)), damaged: [] };
    },
    async post(stateId, messageId, bytes) {
      checkOpen();
      checkStateId(stateId);
      checkMessageId(messageId);
      const run = find(stateId);
      if (run.messages.some(({ id }) => id === messageId)) return;
      checkMessageFits(stateId, bytes, { maxRecordBytes, waiting: run.messages.length });
      // Not slice(), which of a Buffer is a view.
      run.messages.push({ id: messageId, bytes: new Uint8Array(bytes) });
      for (const listener of run.listeners) listener();
    },
    async remove(stateId, authority) {
      const run = find(stateId);
      if ("writer" in authority) await checkAuthority(context, stateId, authority.writer);
      store.removedEpochs.set(stateId, run.epoch);
      store.runs.delete(stateId);
      if ("writer" in authority) await authority.writer.release();
      wakeWaiters(context);
    },
    async close() {
      closed = true;
      await Promise.all([...context.writers].map((writer) => writer.release()));
      wakeWaiters(context);
      await artifacts.close();
    },
    snapshot: () => ({ ...snapshotOf(store), artifacts: artifacts.snapshot() }),
    abandon(stateId) {
      find(stateId).holder = undefined;
      wakeWaiters(context);
    },
  };
}

function findRun({ store, checkOpen }: AcquireContext, stateId: string): MemoryRun {
  checkOpen();
  checkStateId(stateId);
  const run = store.runs.get(stateId);
  if (run === undefined) throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
  return run;
}

async function checkAuthority({ writers }: AcquireContext, stateId: string, writer: StateWriter): Promise<void> {
  if (writer.stateId !== stateId || !writers.has(writer)) {
    const message = `remove: writer must be one that this backend opened for run ${stateId}, got one for ${writer.stateId}`;
    throw new RepriseError("INVALID_OPTION", message, { stateId, path: "writer" });
  }
  // Throws if it holds nothing any more.
  await writer.renew();
}
