import type { StateBackend, StateWriter, Subscriber } from "@reprise/core/spi";
import { noteKill } from "./tally.ts";

/** When a process is to die: at the n-th write to its journal, or at the first one after this share of the packages was asked for advisories. */
export type KillPoint = { readonly write: number } | { readonly share: number };

/** Sees every write to the journal, and kills at one of them. */
export interface KillSwitch {
  /** To be called when the `write`-th write (from 1) is acknowledged. */
  acknowledged(write: number): void;
  /** Says how far the run is, for points that are a share. */
  readonly subscriber: Subscriber;
}

/**
 * Ends this process with SIGKILL: no handler, no `finally` and no flush runs any more.
 * A line in the tally says first where it happened.
 */
export function killThisProcess(tally: string, write: number): void {
  noteKill(tally, write);
  process.kill(process.pid, "SIGKILL");
}

/** Calls `kill` once the point is reached; never without a point. */
export function killSwitch(point: KillPoint | undefined, kill: (write: number) => void): KillSwitch {
  let share = 0;
  return {
    acknowledged: (write) => {
      if (point !== undefined && ("write" in point ? write === point.write : share >= point.share)) kill(write);
    },
    subscriber: {
      attach: (run) => {
        run.on("group", ({ address, completed, size }) => {
          if (address.startsWith("audit::advisories")) share = completed / size;
        });
      },
    },
  };
}

/**
 * A backend that tells of each write, from 1, at the moment when the disk has acknowledged it and nobody else knows yet:
 * the exact points at which a crash could matter.
 */
export function observedBackend(backend: StateBackend, acknowledged: (write: number) => void): StateBackend {
  let writes = 0;
  const count = (): void => {
    writes += 1;
    acknowledged(writes);
  };
  return {
    capabilities: backend.capabilities,
    acquire: async (stateId, options) => observedWriter(await backend.acquire(stateId, options), count),
    read: (stateId, options) => backend.read(stateId, options),
    head: (stateId) => backend.head(stateId),
    list: (query) => backend.list(query),
    remove: (stateId, authority) => backend.remove(stateId, authority),
    close: () => backend.close(),
  };
}

function observedWriter(writer: StateWriter, acknowledged: () => void): StateWriter {
  return {
    stateId: writer.stateId,
    epoch: writer.epoch,
    signal: writer.signal,
    get lastSeq() {
      return writer.lastSeq;
    },
    recovered: (from) => writer.recovered(from),
    append: async (records, options) => {
      const seq = await writer.append(records, options);
      acknowledged();
      return seq;
    },
    flush: () => writer.flush(),
    renew: () => writer.renew(),
    release: () => writer.release(),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}
