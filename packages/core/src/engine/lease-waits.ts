import type { Journal } from "../journal/journal.ts";

/** The verbs of a run that wait for its lease, and those who wait for it to have no open calls (rule S3). */
export class LeaseWaits {
  /** Told whenever no call may be open any more. */
  readonly idleListeners = new Set<() => void>();
  readonly #journal: Journal;
  #verbs = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Does a verb wait for the lease? */
  get waiting(): boolean {
    return this.#verbs > 0;
  }

  /** Begins what a verb is about once the lease is there; if somebody else has the run, nothing is recorded and it can be tried again. */
  async awake(begin: () => void): Promise<void> {
    this.#verbs += 1;
    try {
      await this.#journal.wake();
    } finally {
      this.#verbs -= 1;
      this.tellIdle();
    }
    begin();
  }

  tellIdle(): void {
    for (const listener of this.idleListeners) listener();
  }
}
