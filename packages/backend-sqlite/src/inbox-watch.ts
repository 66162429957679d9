import { newestMessage } from "./inbox.ts";
import type { Store } from "./store.ts";
import type { SqliteSystem } from "./system.ts";

// A person does not notice, and a file that somebody looks at five times a second does not either.
const pollMs = 200;

interface Listener {
  readonly run: number;
  readonly callback: () => void;
  /** Number of the newest message it was called for. */
  known: number;
}

/**
 * Calls back when messages were posted to runs: at once for this backend's own, and for those of other processes by looking again
 * and again, while somebody wants to know. A look costs one pragma unless something was committed.
 */
export class InboxWatch {
  readonly #store: Store;
  readonly #system: Pick<SqliteSystem, "setTimer">;
  readonly #listeners = new Set<Listener>();
  #seenVersion: unknown;
  #stopTimer: (() => void) | undefined;
  /** It is at it: when that is over the timer is set again. */
  #looking = false;

  constructor(store: Store, system: Pick<SqliteSystem, "setTimer">) {
    this.#store = store;
    this.#system = system;
  }

  add(run: number, callback: () => void): () => void {
    const listener: Listener = { run, callback, known: 0 };
    this.#listeners.add(listener);
    // Whatever is there already is news to it.
    this.#seenVersion = undefined;
    if (this.#stopTimer === undefined && !this.#looking) this.#schedule();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stopTimer?.();
      this.#stopTimer = undefined;
    };
  }

  /** Somebody posted to the run through this very backend, whose own commits it does not see from outside. */
  notify(run: number): void {
    this.#seenVersion = undefined;
    for (const listener of this.#listeners) if (listener.run === run) listener.callback();
  }

  #schedule(): void {
    this.#stopTimer = this.#system.setTimer(pollMs, () => void this.#look(), { background: true });
  }

  async #look(): Promise<void> {
    this.#stopTimer = undefined;
    this.#looking = true;
    let woken: readonly Listener[];
    try {
      woken = await this.#store.read("look for messages", undefined, (database) => {
        const version = database?.get("PRAGMA data_version")?.["data_version"];
        if (version !== undefined && version === this.#seenVersion) return [];
        this.#seenVersion = version;
        return [...this.#listeners].filter((listener) => {
          const newest = newestMessage(database, listener.run);
          const isNews = newest > listener.known;
          listener.known = newest;
          return isNews;
        });
      });
    } catch {
      // Whoever is called back reads the messages and meets the same failure, as a typed error.
      woken = [...this.#listeners];
    }
    this.#looking = false;
    for (const listener of woken) if (this.#listeners.has(listener)) listener.callback();
    if (this.#listeners.size > 0 && this.#stopTimer === undefined) this.#schedule();
  }
}
