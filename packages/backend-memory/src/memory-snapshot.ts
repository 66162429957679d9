import type { Message, StateHeader, StoredRecord } from "@reprise/core/spi";
import { RepriseError } from "@reprise/core/spi";
import { copyOfMessage, type MemoryRun, type MemoryStore } from "./memory-run.ts";
import { RecordLog } from "./record-log.ts";

/** One run in a {@link MemorySnapshot}. */
export interface MemoryRunSnapshot {
  readonly stateId: string;
  readonly epoch: number;
  readonly header: StateHeader;
  readonly records: readonly StoredRecord[];
  /** Those not acknowledged, oldest first. */
  readonly messages: readonly Message[];
}

/** All journals of a memory backend at one moment, without holders: what another process would find after this one died. */
export interface MemorySnapshot {
  readonly runs: readonly MemoryRunSnapshot[];
  /** Run id and last epoch of every removed run. */
  readonly removed: readonly (readonly [stateId: string, epoch: number])[];
  /** Every artifact: id and content. Default: none. */
  readonly artifacts?: readonly (readonly [id: string, bytes: Uint8Array])[];
}

/** A copy of the store; later changes on either side do not show on the other. */
export function snapshotOf(store: MemoryStore): MemorySnapshot {
  const runs = [...store.runs.values()].map(({ stateId, epoch, header, records, messages }) => ({
    stateId,
    epoch,
    header,
    records: records.all(),
    messages: messages.map(copyOfMessage),
  }));
  return { runs, removed: [...store.removedEpochs] };
}

/** A store with copies of what the snapshot holds; every run is free to be acquired. */
export function storeFrom(snapshot: MemorySnapshot): MemoryStore {
  const runs = snapshot.runs.map(
    ({ stateId, epoch, header, records, messages }): MemoryRun => ({
      stateId,
      epoch,
      header,
      records: logOf(records),
      messages: messages.map(copyOfMessage),
      listeners: new Set(),
      holder: undefined,
    }),
  );
  return { runs: new Map(runs.map((run) => [run.stateId, run])), removedEpochs: new Map(snapshot.removed) };
}

function logOf(records: readonly StoredRecord[]): RecordLog {
  const log = new RecordLog();
  for (const { bytes, epoch } of records) log.append(bytes, epoch);
  return log;
}

/**
 * For tests: the snapshot with one run's journal cut to its first `length` records, as if the process had died right after
 * the append that ended there. The header stays as it is: after a real crash it may be ahead or behind, too.
 * Throws `NOT_FOUND` for an unknown run and `INVALID_OPTION` if the journal is shorter.
 *
 * @example
 * ```ts
 * import { memoryBackend, truncateRun } from "@reprise/backend-memory";
 *
 * const before = memoryBackend();
 * const writer = await before.acquire("run-1", { owner: "test", create: "must" });
 * await writer.append([Uint8Array.of(1), Uint8Array.of(2)], { expect: 0 });
 * const after = memoryBackend({ from: truncateRun(before.snapshot(), "run-1", 1) });
 * console.log((await after.head("run-1"))?.lastSeq); // 1
 * ```
 */
export function truncateRun(snapshot: MemorySnapshot, stateId: string, length: number): MemorySnapshot {
  const cut = snapshot.runs.find((run) => run.stateId === stateId);
  if (cut === undefined) throw new RepriseError("NOT_FOUND", `truncateRun: the snapshot has no run ${stateId}`, { stateId });
  if (!Number.isSafeInteger(length) || length < 0 || length > cut.records.length) {
    const rule = `must be an integer from 0 to ${cut.records.length}, the length of the journal`;
    throw new RepriseError("INVALID_OPTION", `truncateRun: length ${rule}, got ${length}`, { stateId, path: "length" });
  }
  const runs = snapshot.runs.map((run) => (run === cut ? { ...run, records: run.records.slice(0, length) } : run));
  return { ...snapshot, runs };
}
