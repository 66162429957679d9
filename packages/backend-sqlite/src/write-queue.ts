import { isRepriseError, sleep } from "@reprise/core/spi";
import type { Database, SyncLevel } from "./database.ts";
import { isBusy, UncertainCommit } from "./sqlite-error.ts";
import { whenNothingIsReady, type SqliteSystem } from "./system.ts";

/** Something to be committed. */
export interface Write<Result> {
  readonly level: SyncLevel;
  /** Given undefined if there is no store. May be called more than once; what it did before is undone then. */
  readonly work: (database: Database | undefined) => Result;
  /** What callers see of a failure. */
  readonly reported: (error: unknown) => unknown;
  /** Writes of one lane build on each other: where one fails those behind it cannot go on. */
  readonly lane?: object;
  /** `false`: it need not be looked whether the file is still where it was, if nothing else in the group wants to know. Default: true. */
  readonly fence?: boolean | undefined;
  /** About how much is written. Default: 0. */
  readonly bytes?: number;
  /** Ends the waiting, not the work. */
  readonly signal?: AbortSignal | undefined;
  /** Called in the order of the queue, before the promise settles. */
  readonly onCommitted?: (result: Result, level: SyncLevel) => void;
  /** Called with what {@link reported} gave. */
  readonly onFailed?: (error: unknown) => void;
}

interface Waiting {
  readonly write: Write<unknown>;
  readonly deadline: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly result: unknown } | { readonly error: unknown };

/** What a queue needs. */
export interface WriteQueueContext {
  readonly system: SqliteSystem;
  readonly busyTimeoutMs: number;
  /** Runs `work` in one transaction and commits it. */
  readonly attempt: (options: { readonly level: SyncLevel; readonly fence: boolean }, work: (database: Database | undefined) => void) => void;
}

/** Somebody who waits for a lock looks again after 1 ms, then after twice as long each time, at most this long. */
export const longestPauseMs = 25;

// A transaction takes no more than this, so that a burst does not fill the log, and the memory, at once.
const groupBytes = 8 * 2 ** 20;

// What needs no sync is committed without a turn of the event loop, which is dearer than the commit; but for no longer than this at a stretch.
const longestStretchMs = 2;

/**
 * Group commit: whatever is waiting is committed together, in call order, with one sync, whichever run it is for. What is to be synced
 * waits for the end of the turn, what is not for the end of what is ready to run now. A write that fails takes nobody with it. While
 * another process has the lock nothing here stops the event loop.
 */
export class WriteQueue {
  readonly #context: WriteQueueContext;
  readonly #idle: (() => void)[] = [];
  #waiting: Waiting[] = [];
  #scheduled = false;
  #turnedAt = 0;
  #pauseMs = 1;

  constructor(context: WriteQueueContext) {
    this.#context = context;
  }

  /** Resolves with what `work` gave when it is committed. */
  add<Result>(write: Write<Result>): Promise<Result> {
    const now = this.#context.system.monotonic();
    const deadline = now + this.#context.busyTimeoutMs;
    const { signal } = write;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise<Result>((resolve, reject) => {
      const waiting = { write, deadline, resolve, reject } as Waiting;
      this.#waiting.push(signal === undefined ? waiting : this.#endedBy(signal, waiting));
      if (!this.#scheduled) this.#schedule(write.level === "NORMAL" && now - this.#turnedAt < longestStretchMs);
    });
  }

  /** Does anything wait? */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    if (this.#waiting.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #schedule(soon: boolean): void {
    this.#scheduled = true;
    if (soon) whenNothingIsReady(() => this.#run());
    else this.#context.system.yield(() => this.#runInTurn());
  }

  #runInTurn(): void {
    this.#turnedAt = this.#context.system.monotonic();
    this.#run();
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#waiting.length > 0 && !this.#commit(this.#nextGroup())) {
      this.#scheduled = true;
      void sleep(this.#context.system, this.#pauseMs).then(() => this.#runInTurn());
      this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
      return;
    }
    this.#pauseMs = 1;
    // Between two commits that are due the event loop goes round.
    if (this.#waiting.length > 0 && !this.#scheduled) this.#schedule(false);
    if (this.#waiting.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #endedBy(signal: AbortSignal, { write, deadline, resolve, reject }: Waiting): Waiting {
    const onAbort = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      reject(signal.reason);
    };
    const settling = <Value>(settle: (value: Value) => void) => (value: Value): void => {
      signal.removeEventListener("abort", onAbort);
      settle(value);
    };
    const waiting: Waiting = { write, deadline, resolve: settling(resolve), reject: settling(reject) };
    signal.addEventListener("abort", onAbort, { once: true });
    return waiting;
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ write }) => (bytes += write.bytes ?? 0) > groupBytes);
    // A single write may be larger than a group.
    return this.#waiting.slice(0, end === -1 ? this.#waiting.length : Math.max(end, 1));
  }

  /** Commits what stands first in the queue. Whether the lock was to be had. */
  #commit(group: readonly Waiting[], apart = false): boolean {
    const level = group.some(({ write }) => write.level === "FULL") ? "FULL" : "NORMAL";
    let outcomes: readonly Outcome[] = [];
    try {
      this.#context.attempt({ level, fence: group.some(({ write }) => write.fence !== false) }, (database) => {
        outcomes = apart && database !== undefined ? outcomesApart(group, database) : group.map(({ write }) => ({ result: write.work(database) }));
      });
    } catch (error) {
      if (isBusy(error)) return this.#stillBusy(error);
      // Nothing of it happened. It is rare that one refuses: only then each is done so that it can be undone, and if that
      // does not help, alone, where each shows whose fault it was.
      if (group.length > 1 && !(error instanceof UncertainCommit)) return apart ? this.#commitAlone(group) : this.#commit(group, true);
      outcomes = group.map(() => ({ error }));
    }
    this.#waiting.splice(0, group.length);
    for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index] ?? { error: new Error("a write without an outcome") }, level);
    return true;
  }

  #commitAlone(group: readonly Waiting[]): boolean {
    // One that failed may have made somebody give up another.
    return group.every((waiting) => !this.#waiting.includes(waiting) || this.#commit([waiting]));
  }

  #stillBusy(error: unknown): false {
    const now = this.#context.system.monotonic();
    const expired = new Set(this.#waiting.filter(({ deadline }) => deadline <= now));
    const lanes = new Set([...expired].map(({ write }) => write.lane));
    for (const waiting of this.#waiting) if (waiting.write.lane !== undefined && lanes.has(waiting.write.lane)) expired.add(waiting);
    this.#waiting = this.#waiting.filter((waiting) => !expired.has(waiting));
    for (const waiting of expired) settle(waiting, { error }, "NORMAL");
    return false;
  }
}

/** Does each write of a group; what one of them refuses is undone alone. Throws what ends the whole transaction. */
function outcomesApart(group: readonly Waiting[], database: Database): readonly Outcome[] {
  const failed = new Map<object, unknown>();
  return group.map(({ write }) => {
    if (write.lane !== undefined && failed.has(write.lane)) return { error: failed.get(write.lane) };
    try {
      return { result: database.part(() => write.work(database)) };
    } catch (error) {
      // A failure of SQLite may have ended the transaction by itself.
      if (!isRepriseError(error)) throw error;
      if (write.lane !== undefined) failed.set(write.lane, error);
      return { error };
    }
  });
}

function settle({ write, resolve, reject }: Waiting, outcome: Outcome, level: SyncLevel): void {
  if ("result" in outcome) {
    write.onCommitted?.(outcome.result, level);
    resolve(outcome.result);
  } else {
    const error = write.reported(outcome.error);
    write.onFailed?.(error);
    reject(error);
  }
}
