import { defaultSystem } from "@reprise/core/spi";

/** Clock, chance and timers of this package; nothing else in it looks at them. */
export interface SqliteSystem {
  /** Milliseconds since the epoch: for people, and for the age of artifacts. */
  now(): number;
  /** Milliseconds since some moment; never goes back. Only for waiting. */
  monotonic(): number;
  /** A name that nobody else draws. */
  token(): string;
  /** Calls back after `delayMs`; returns what cancels it. Keeps the process alive unless `background`. */
  setTimer(delayMs: number, callback: () => void, options?: { readonly background?: boolean }): () => void;
  /** Calls back when what is ready to run now has run. */
  yield(callback: () => void): void;
}

/**
 * The system of this process.
 *
 * @example
 * ```ts
 * import { sqliteBackend, sqliteSystem } from "@reprise/backend-sqlite";
 *
 * // The clock of this process, an hour late: for tests of what is old.
 * const real = sqliteSystem();
 * const backend = sqliteBackend({ file: "runs.db", system: { ...real, now: () => real.now() - 3_600_000 } });
 * await backend.close();
 * ```
 */
export function sqliteSystem(): SqliteSystem {
  const { now, newId, setTimer, yield: yieldTurn } = defaultSystem();
  return { now, monotonic: () => performance.now(), token: newId, setTimer, yield: yieldTurn };
}

/** Resolves when what is ready to run now has run. */
export function nextTurn(system: Pick<SqliteSystem, "yield">): Promise<void> {
  return new Promise((resolve) => system.yield(resolve));
}

/** Calls back when every promise that is settled has told so: later than any microtask, and still in this turn. */
export function whenNothingIsReady(callback: () => void): void {
  process.nextTick(callback);
}
