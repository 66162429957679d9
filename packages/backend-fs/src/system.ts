import { defaultSystem } from "@reprise/core/spi";

/** Clock, chance and timers of this package; nothing else in it looks at them. */
export interface FsSystem {
  /** Milliseconds since the epoch: only for people. */
  now(): number;
  /** Milliseconds since some moment; never goes back. Only for waiting. */
  monotonic(): number;
  /** A name that nobody else draws. */
  token(): string;
  /** Calls back after `delayMs`; returns what cancels it. Keeps the process alive unless `background`. */
  setTimer(delayMs: number, callback: () => void, options?: { readonly background?: boolean }): () => void;
}

/**
 * The system of this process.
 *
 * @example
 * ```ts
 * import { fsBackend, fsSystem } from "@reprise/backend-fs";
 *
 * // The clock of this process, an hour late: for tests of what is old.
 * const real = fsSystem();
 * const backend = fsBackend({ dir: ".reprise", system: { ...real, now: () => real.now() - 3_600_000 } });
 * await backend.close();
 * ```
 */
export function fsSystem(): FsSystem {
  const { now, newId, setTimer } = defaultSystem();
  return { now, monotonic: () => performance.now(), token: newId, setTimer };
}
