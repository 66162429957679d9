import type { Io } from "./io.ts";
import { messageNames } from "./inbox.ts";
import type { RunPaths } from "./paths.ts";
import type { FsSystem } from "./system.ts";

// A person does not notice, and a directory that somebody looks at five times a second does not either.
const pollMs = 200;

/** Calls back when new messages are there: looks at the inbox again and again, while somebody wants to know. */
export class InboxWatch {
  readonly #io: Io;
  readonly #run: RunPaths;
  readonly #system: Pick<FsSystem, "setTimer">;
  readonly #callbacks = new Set<() => void>();
  #known: ReadonlySet<string> = new Set();
  #stopTimer: (() => void) | undefined;

  constructor(io: Io, run: RunPaths, system: Pick<FsSystem, "setTimer">) {
    this.#io = io;
    this.#run = run;
    this.#system = system;
  }

  add(callback: () => void): () => void {
    const own = (): void => callback();
    this.#callbacks.add(own);
    if (this.#stopTimer === undefined) this.#schedule();
    return () => {
      this.#callbacks.delete(own);
      if (this.#callbacks.size === 0) this.close();
    };
  }

  close(): void {
    this.#callbacks.clear();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #schedule(): void {
    this.#stopTimer = this.#system.setTimer(pollMs, () => void this.#look(), { background: true });
  }

  async #look(): Promise<void> {
    let names: ReadonlySet<string> | undefined;
    try {
      names = new Set(await messageNames(this.#io, this.#run));
    } catch {
      // Whoever is called back reads the inbox and meets the same failure, as a typed error.
      names = undefined;
    }
    if (this.#callbacks.size === 0) return;
    const before = this.#known;
    const news = names === undefined || [...names].some((name) => !before.has(name));
    this.#known = names ?? before;
    if (news) for (const callback of this.#callbacks) callback();
    if (this.#callbacks.size > 0) this.#schedule();
  }
}
