import { RepriseError } from "../errors/reprise-error.ts";
import type { StateBackend, StateWriter } from "../ports/state-backend.ts";

/**
 * What a Reprise without a backend writes to: nothing is kept, so a run lives in the memory of its handle and cannot be
 * loaded again. Use `@reprise/backend-memory` for runs that can be resumed within the process.
 */
export function ephemeralBackend(): StateBackend {
  const unknown = (stateId: string): RepriseError =>
    new RepriseError("NOT_FOUND", `run ${stateId} is not kept: this Reprise was created without a backend`, { stateId });
  return {
    capabilities: { durability: "none", exclusion: "process", watch: false, maxRecordBytes: Number.MAX_SAFE_INTEGER },
    async acquire(stateId, options) {
      if (options.create === "never") throw unknown(stateId);
      return forgetfulWriter(stateId);
    },
    // oxlint-disable-next-line require-yield -- there is nothing to yield
    async *read(stateId) {
      throw unknown(stateId);
    },
    head: async () => undefined,
    list: async () => ({ rows: [], damaged: [] }),
    async post(stateId) {
      throw unknown(stateId);
    },
    async remove(stateId) {
      throw unknown(stateId);
    },
    close: async () => undefined,
  };
}

/** A writer that keeps nothing, behind this record. */
export function forgetfulWriter(stateId: string, from = 0): StateWriter {
  let lastSeq = from;
  const controller = new AbortController();
  const nothing = async (): Promise<void> => undefined;
  return {
    stateId,
    epoch: 1,
    get lastSeq() {
      return lastSeq;
    },
    signal: controller.signal,
    async *recovered() {
      // Nothing was kept.
    },
    async append(records) {
      lastSeq += records.length;
      return lastSeq;
    },
    async *messages() {
      // Nobody can post any.
    },
    acknowledge: nothing,
    onMessage: () => () => undefined,
    flush: nothing,
    renew: nothing,
    release: nothing,
    [Symbol.asyncDispose]: nothing,
  };
}
