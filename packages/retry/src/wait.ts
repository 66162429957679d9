import type { RetrySystem } from "./system.ts";

/** Resolves after `delayMs`; rejects with the signal's reason as soon as it is aborted. Leaves neither timer nor listener behind. */
export function wait(delayMs: number, signal: AbortSignal, system: RetrySystem): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let cancel = (): void => undefined;
    const onAbort = (): void => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    cancel = system.setTimer(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}
