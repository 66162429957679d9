import type { FsSystem, ProcessIdentity, Processes } from "@reprise/backend-fs";

/** A clock that stands still until somebody waits or moves it. */
export class SimSystem implements FsSystem {
  #time = 1_000_000;
  #tokens = 0;
  readonly #background = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  token(): string {
    this.#tokens += 1;
    return `token-${this.#tokens}`;
  }

  setTimer(delayMs: number, callback: () => void, options: { readonly background?: boolean } = {}): () => void {
    const timer = { at: this.#time + delayMs, callback };
    if (options.background === true) {
      this.#background.add(timer);
      return () => this.#background.delete(timer);
    }
    let cancelled = false;
    // Somebody waits for this one: let a few turns pass, then it is time.
    setImmediate(() => {
      if (cancelled) return;
      this.#time = Math.max(this.#time, timer.at);
      callback();
    });
    return () => {
      cancelled = true;
    };
  }

  /** Moves the clock; timers that are due go off. */
  advance(ms: number): void {
    this.#time += ms;
    for (const timer of this.#background) {
      if (timer.at > this.#time) continue;
      this.#background.delete(timer);
      timer.callback();
    }
  }
}

/** The processes of one simulated machine. */
export class SimMachine {
  readonly #alive = new Set<number>();
  #boot = 1;
  #lastPid = 100;

  /** A new process, as it sees the others. */
  start(): Processes & { readonly pid: number } {
    this.#lastPid += 1;
    const pid = this.#lastPid;
    this.#alive.add(pid);
    const self: ProcessIdentity = { host: "sim", boot: `boot-${this.#boot}`, pidNamespace: "1", pid, started: `${pid}`, thread: 0 };
    return { pid, self, find: (other) => (this.#alive.has(other) ? { started: `${other}` } : undefined) };
  }

  /** From now on others take the process for dead, whether it is or not. */
  end(pid: number): void {
    this.#alive.delete(pid);
  }

  /** The power went off and came back. */
  restart(): void {
    this.#alive.clear();
    this.#boot += 1;
  }
}

/** Seeded, uniform in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
