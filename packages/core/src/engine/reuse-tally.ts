/** What a process made of the record of a run: the calls it reused, executed and entered again. */
export interface ReuseSummary {
  /** Calls whose outcome came from the record; each is announced on `recovered`. */
  readonly reused: number;
  /** Leaves whose handler ran. */
  readonly executed: number;
  /** Recorded agents, groups and branches whose code ran again. */
  readonly reentered: number;
  /** Recorded execution time of the leaves of reused calls, in ms. */
  readonly savedMs: number;
}

/** Counts what becomes of calls in this process. */
export class ReuseTally {
  #reused = 0;
  #executed = 0;
  #reentered = 0;
  #savedMs = 0;

  reused(savedMs: number): void {
    this.#reused += 1;
    this.#savedMs += savedMs;
  }

  executed(): void {
    this.#executed += 1;
  }

  reentered(): void {
    this.#reentered += 1;
  }

  summary(): ReuseSummary {
    return Object.freeze({ reused: this.#reused, executed: this.#executed, reentered: this.#reentered, savedMs: this.#savedMs });
  }
}
