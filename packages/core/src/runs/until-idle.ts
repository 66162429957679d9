import { LeaseHeldError } from "../errors/storage-errors.ts";
import type { System } from "../system.ts";
import type { RunState } from "./run-state.ts";

/** Who waits for a handle, and how long. */
export interface IdleWait {
  readonly system: System;
  /** In ms since the epoch. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Resolves when the handle that holds a run in this process has no open calls and has let go of it, or there is none any more (rule S3). Throws
 * `LeaseHeldError` when the time is over, and the signal's reason.
 */
export async function untilIdle(stateId: string, holderOf: () => RunState | undefined, wait: IdleWait): Promise<void> {
  const { system, deadline, signal } = wait;
  for (;;) {
    const holder = holderOf();
    // At once: what is asked of it from now on waits for the lease.
    if (holder === undefined || holder.idle) return holder?.rest();
    signal?.throwIfAborted();
    const leftMs = deadline - system.now();
    if (leftMs <= 0) throw new LeaseHeldError(stateId, { owner: `${system.owner} (this process)` });
    await change(holder, leftMs, wait);
  }
}

/** Resolves when the handle may have become idle, or the time is over; rejects with the signal's reason. */
function change(holder: RunState, leftMs: number, { system, signal }: IdleWait): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      stopListening();
      cancelTimer();
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = (): void => finish(() => reject(signal?.reason));
    const stopListening = holder.onIdle(() => finish(resolve));
    const cancelTimer = system.setTimer(leftMs, () => finish(resolve));
    signal?.addEventListener("abort", onAbort);
  });
}
