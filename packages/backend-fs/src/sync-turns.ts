import { fewBytes, smoothedMs, syncPlace } from "./sync-place.ts";

/** One file that is to be synced. */
export interface FileToSync {
  /** Written to it since its last sync. */
  readonly bytes: number;
  /** Syncs it while everything waits. */
  syncNow(): void;
  syncInPool(): Promise<void>;
}

/** What is needed of the process. */
export interface TurnSystem {
  /** Milliseconds since some moment. */
  monotonic(): number;
  /** Calls back when all that can happen at once has happened. */
  atEndOfTurn(callback: () => void): void;
}

interface Waiting {
  readonly file: FileToSync;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

// Enough that the four threads of the pool always find the next one, and few enough that other work in the pool does not queue behind all.
const mostInPool = 16;

/** The syncs of one disk. Looks at the end of each turn of the event loop who wants one, and decides where it is made. */
export class SyncTurns {
  readonly #system: TurnSystem;
  #waiting: Waiting[] = [];
  #inPool = 0;
  #usualMs: number | undefined;

  constructor(system: TurnSystem) {
    this.#system = system;
  }

  /** Resolves when the file is synced. */
  sync(file: FileToSync): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, resolve, reject });
      if (this.#inPool > 0) this.#fillPool();
      else if (this.#waiting.length === 1) this.#system.atEndOfTurn(() => this.#endTurn());
    });
  }

  #endTurn(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const others = this.#waiting.length - 1 + this.#inPool;
    if (syncPlace({ others, bytes: first.file.bytes, usualMs: this.#usualMs }) === "pool") return this.#fillPool();
    this.#waiting = [];
    const began = this.#system.monotonic();
    try {
      first.file.syncNow();
    } catch (error) {
      return first.reject(error);
    }
    this.#usualMs = smoothedMs(this.#usualMs, this.#system.monotonic() - began);
    first.resolve();
  }

  #fillPool(): void {
    while (this.#inPool < mostInPool) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inPool += 1;
      void this.#syncInPool(next, this.#inPool === 1 && this.#waiting.length === 0 && next.file.bytes <= fewBytes);
    }
  }

  async #syncInPool({ file, resolve, reject }: Waiting, tells: boolean): Promise<void> {
    const began = this.#system.monotonic();
    try {
      await file.syncInPool();
      resolve();
    } catch (error) {
      reject(error);
    }
    // What others were in the way of says nothing about the disk.
    if (tells && this.#inPool === 1) this.#usualMs = smoothedMs(this.#usualMs, this.#system.monotonic() - began);
    this.#inPool -= 1;
    this.#fillPool();
  }
}
