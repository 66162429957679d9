import type { AppendOptions, StateBackend, StateWriter, System } from "@reprise/core/spi";
import { delegateWriter } from "../../src/index.ts";

/** How late the acknowledgement of an append at this time is, in ms. */
export type Lateness = (now: number) => number;

/**
 * Wraps a backend so that acknowledgements are late and come in batches: each append gets a due time, not before that of
 * the one before it, and all that are due at one time are acknowledged in one turn, in order, as after one fsync.
 */
export function lateAcknowledgements(backend: StateBackend, system: System, lateness: Lateness): StateBackend {
  return { ...backend, acquire: async (stateId, options) => lateWriter(await backend.acquire(stateId, options), system, lateness) };
}

function lateWriter(inner: StateWriter, system: System, lateness: Lateness): StateWriter {
  const waiting: { readonly dueAt: number; readonly acknowledge: () => void }[] = [];
  let latest = 0;
  const acknowledgeDue = (): void => {
    while ((waiting[0]?.dueAt ?? Number.POSITIVE_INFINITY) <= system.now()) waiting.shift()?.acknowledge();
  };
  async function append(records: readonly Uint8Array[], options: AppendOptions): Promise<number> {
    const dueAt = Math.max(latest, system.now() + lateness(system.now()));
    latest = dueAt;
    const seq = inner.append(records, options);
    await new Promise<void>((acknowledge) => {
      waiting.push({ dueAt, acknowledge });
      system.setTimer(dueAt - system.now(), acknowledgeDue);
    });
    return seq;
  }
  return delegateWriter(inner, { append });
}
