import { checkDropped, checkHeaderPatch, FencedError, patchHeader, RepriseError, type AppendOptions, type StateWriter } from "@reprise/core/spi";
import { copyOfMessage, type MemoryRun, type MemoryStore } from "./memory-run.ts";

/** What a writer needs of its backend. */
export interface MemoryWriterContext {
  readonly store: MemoryStore;
  readonly run: MemoryRun;
  readonly maxRecordBytes: number;
  /** Called once, when the writer lets go. */
  readonly onRelease: (writer: StateWriter) => void;
}

/** The exclusive right to extend one run in memory. */
export function memoryWriter(context: MemoryWriterContext): StateWriter {
  const { store, run } = context;
  const { epoch, stateId } = run;
  const recoveredSeq = run.records.length;
  const controller = new AbortController();
  let lastSeq = recoveredSeq;
  let released = false;
  const listeners = new Set<() => void>();

  const checkOpen = (): void => {
    if (released) throw new RepriseError("CLOSED", `run ${stateId}: this writer was released`, { stateId });
    // Like a writer of another process, this one learns of a takeover only when it next does something.
    if (store.runs.get(stateId) === run && run.epoch === epoch) return;
    if (!controller.signal.aborted) controller.abort(new FencedError(stateId, `epoch ${epoch} was taken over or the run was removed`));
    throw new FencedError(stateId, `epoch ${epoch} was taken over or the run was removed`, { indeterminate: false });
  };

  const writer: StateWriter = {
    stateId,
    epoch,
    signal: controller.signal,
    get lastSeq() {
      return lastSeq;
    },
    async *recovered(from = 1) {
      yield* run.records.batches(from, recoveredSeq);
    },
    async append(records, options) {
      checkOpen();
      checkAppend(records, options, { stateId, lastSeq, maxRecordBytes: context.maxRecordBytes });
      for (const bytes of records) run.records.append(bytes, epoch);
      lastSeq += records.length;
      if (options.header !== undefined) run.header = patchHeader(run.header, options.header);
      return lastSeq;
    },
    async *messages() {
      checkOpen();
      yield* run.messages.map(copyOfMessage);
    },
    async acknowledge(messageId) {
      checkOpen();
      const at = run.messages.findIndex(({ id }) => id === messageId);
      if (at >= 0) run.messages.splice(at, 1);
    },
    onMessage(callback) {
      const listener = (): void => callback();
      if (!released) run.listeners.add(listener);
      listeners.add(listener);
      return () => {
        run.listeners.delete(listener);
        listeners.delete(listener);
      };
    },
    async flush() {
      checkOpen();
    },
    async compact(ranges, filler) {
      checkOpen();
      return { bytes: run.records.replace(checkDropped(ranges, lastSeq), filler) };
    },
    async renew() {
      checkOpen();
    },
    async release() {
      if (released) return;
      released = true;
      for (const listener of listeners) run.listeners.delete(listener);
      if (run.epoch === epoch) run.holder = undefined;
      context.onRelease(writer);
    },
    [Symbol.asyncDispose]: () => writer.release(),
  };
  return writer;
}

function checkAppend(
  records: readonly Uint8Array[],
  options: AppendOptions,
  { stateId, lastSeq, maxRecordBytes }: { readonly stateId: string; readonly lastSeq: number; readonly maxRecordBytes: number },
): void {
  if (records.length === 0) throw new RepriseError("LIMIT", `run ${stateId}: append needs at least one record, got none`, { stateId });
  const tooLong = records.findIndex((bytes) => bytes.length > maxRecordBytes);
  if (tooLong !== -1) {
    const message = `record ${tooLong} of this append has ${records[tooLong]?.length} bytes, the backend takes at most ${maxRecordBytes}`;
    throw new RepriseError("LIMIT", `run ${stateId}: ${message}`, { stateId });
  }
  if (options.header !== undefined) checkHeaderPatch(stateId, options.header);
  if (options.expect === lastSeq) return;
  throw new RepriseError("CONFLICT", `run ${stateId}: append expected seq ${options.expect} to be the last, but it is ${lastSeq}`, { stateId });
}
