import { isRepriseError, sleep } from "@reprise/core/spi";
import type { Database, SyncLevel } from "./database.ts";
import { isBusy, UncertainCommit } from "./sqlite-error.ts";
import { nextTurn, type SqliteSystem } from "./system.ts";

/** Something to be committed. */
export interface Write<Result> {
  readonly level: SyncLevel;
  /** Given undefined if there is no store. May be called more than once; what it did before is undone then. */
  readonly work: (database: Database | undefined) => Result;
  /** What callers see of a failure. */
  readonly reported: (error: unknown) => unknown;
  /** Writes of one lane build on each other: where one fails those behind it cannot go on. */
  readonly lane?: object;
  /** About how much is written. Default: 0. */
  readonly bytes?: number;
  /** Ends the waiting, not the work. */
  readonly signal?: AbortSignal | undefined;
  /** Called in the order of the queue, before the promise settles. */
  readonly onCommitted?: (result: Result, level: SyncLevel) => void;
  /** Called with what {@link reported} gave. */
  readonly onFailed?: (error: unknown) => void;
}

interface Waiting extends Write<unknown> {
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
  readonly attempt: (level: SyncLevel, work: (database: Database | undefined) => void) => void;
}

/** Somebody who waits for a lock looks again after 1 ms, then after twice as long each time, at most this long. */
export const longestPauseMs = 25;

// A transaction takes no more than this, so that a burst does not fill the log, and the memory, at once.
const groupBytes = 8 * 2 ** 20;

/**
 * Group commit: whatever is waiting at the end of a turn is committed together, in call order, with one sync, whichever run it
 * is for. A write that fails takes nobody with it. While another process has the lock nothing here stops the event loop.
 */
export class WriteQueue {
  readonly #context: WriteQueueContext;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(context: WriteQueueContext) {
    this.#context = context;
  }

  /** Resolves with what `work` gave when it is committed. */
  add<Result>(write: Write<Result>): Promise<Result> {
    const deadline = this.#context.system.monotonic() + this.#context.busyTimeoutMs;
    const { signal } = write;
    return new Promise<Result>((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(signal?.reason);
      };
      const settling = <Value>(settle: (value: Value) => void) => (value: Value): void => {
        signal?.removeEventListener("abort", onAbort);
        settle(value);
      };
      const waiting = { ...write, deadline, resolve: settling(resolve), reject: settling(reject) } as Waiting;
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiting);
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let pauseMs = 1; ; ) {
      // What is asked for in the same turn shares a commit, and between two commits the event loop goes round.
      await nextTurn(this.#context.system);
      if (this.#waiting.length === 0) break;
      if (this.#commit(this.#nextGroup())) {
        pauseMs = 1;
      } else {
        await sleep(this.#context.system, pauseMs);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      }
    }
    this.#running = undefined;
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((write) => (bytes += write.bytes ?? 0) > groupBytes);
    // A single write may be larger than a group.
    return this.#waiting.slice(0, end === -1 ? this.#waiting.length : Math.max(end, 1));
  }

  /** Whether the lock was to be had. */
  #commit(group: readonly Waiting[]): boolean {
    const level = group.some((write) => write.level === "FULL") ? "FULL" : "NORMAL";
    let outcomes: readonly Outcome[] = [];
    try {
      this.#context.attempt(level, (database) => {
        outcomes = outcomesOf(group, database);
      });
    } catch (error) {
      if (isBusy(error)) return this.#stillBusy(error);
      // Nothing of it happened: alone, each shows whose fault it was.
      if (group.length > 1 && !(error instanceof UncertainCommit)) return group.every((write) => this.#commit([write]));
      outcomes = group.map(() => ({ error }));
    }
    this.#waiting = this.#waiting.filter((write) => !group.includes(write));
    for (const [index, write] of group.entries()) settle(write, outcomes[index] ?? { error: new Error("a write without an outcome") }, level);
    return true;
  }

  #stillBusy(error: unknown): false {
    const now = this.#context.system.monotonic();
    const expired = new Set(this.#waiting.filter((write) => write.deadline <= now));
    for (const write of this.#waiting) if (behindOneOf(expired, write)) expired.add(write);
    this.#waiting = this.#waiting.filter((write) => !expired.has(write));
    for (const write of expired) settle(write, { error }, "NORMAL");
    return false;
  }
}

function behindOneOf(expired: ReadonlySet<Waiting>, { lane }: Waiting): boolean {
  return lane !== undefined && [...expired].some((other) => other.lane === lane);
}

/** Does each write of a group; what one of them refuses is undone alone. Throws what ends the whole transaction. */
function outcomesOf(group: readonly Waiting[], database: Database | undefined): readonly Outcome[] {
  const failed = new Map<object, unknown>();
  return group.map((write) => {
    if (write.lane !== undefined && failed.has(write.lane)) return { error: failed.get(write.lane) };
    try {
      return { result: group.length === 1 || database === undefined ? write.work(database) : database.part(() => write.work(database)) };
    } catch (error) {
      // A failure of SQLite may have ended the transaction by itself.
      if (group.length === 1 || !isRepriseError(error)) throw error;
      if (write.lane !== undefined) failed.set(write.lane, error);
      return { error };
    }
  });
}

function settle(write: Waiting, outcome: Outcome, level: SyncLevel): void {
  if ("result" in outcome) {
    write.onCommitted?.(outcome.result, level);
    write.resolve(outcome.result);
  } else {
    const error = write.reported(outcome.error);
    write.onFailed?.(error);
    write.reject(error);
  }
}
