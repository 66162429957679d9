import type { System } from "../system.ts";

/**
 * Resolves after `delayMs`; rejects with the signal's reason.
 *
 * @example
 * ```ts
 * import { defaultSystem, sleep } from "@reprise/core/spi";
 *
 * await sleep(defaultSystem(), 5);
 * ```
 */
export function sleep(system: Pick<System, "setTimer">, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = system.setTimer(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
