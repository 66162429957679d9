import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { invalid } from "../errors/invalid.ts";
import type { StateStatus } from "./event-type.ts";
import type { ExecutionEvent, StreamItem } from "./execution-event.ts";

/** Which events of a run are wanted. */
export interface StreamOptions {
  /** Seq of the first event: one more than that of the last one you have. Default: 1, from the beginning. */
  readonly from?: number;
  /** Ends the stream, without an error. Default: none. */
  readonly signal?: AbortSignal;
}

/**
 * Events in the order of their seq, first what is recorded, then what comes. Each `for await` is a consumer of its own. `next()` ends
 * with the status the run then has; with undefined if the signal ended it.
 */
export type EventFeed<Item extends StreamItem = ExecutionEvent> = AsyncIterable<Item, StateStatus | undefined>;

/** How a stream hears of its run. */
export interface StreamListener {
  /** This has happened, in this order, and all of it is recorded; what the stream has given already is left alone. */
  push(items: readonly StreamItem[]): void;
  /** What was read so far may have been hidden, or can be read only now. */
  reread(): void;
  /** Whether more can come may have changed. */
  changed(): void;
  /** Nothing more can be read. */
  fail(error: unknown): void;
}

/** Where the events of a stream come from. */
export interface StreamSource {
  /** What is recorded from a seq on, read as it is asked for; at its end there is nothing that `push` will not tell. */
  recorded(from: number): Iterator<StreamItem, undefined>;
  /** The status with which the stream ends once everything recorded is read; undefined as long as more can come. */
  readonly ended: StateStatus | undefined;
  /** Returns what ends it. */
  listen(listener: StreamListener): () => void;
}

/** How many events may wait for a slow consumer. */
const longestQueue = 1_000;

interface Waiting {
  readonly resolve: (result: IteratorResult<StreamItem, StateStatus | undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What one consumer has yet to see (rule H5). It reads what is recorded until that has no more, then takes what comes; where
 * that is more than may wait, it reads on behind what it has. Nothing waits for it, and it misses nothing.
 */
export class EventStream implements AsyncIterator<StreamItem, StateStatus | undefined>, StreamListener {
  readonly #open: () => StreamSource;
  #source: StreamSource | undefined;
  readonly #signal: AbortSignal | undefined;
  /** Seq of the first event that is still wanted. */
  #next: number;
  #queue: StreamItem[] = [];
  /** What is recorded is to be read before anything that comes. */
  #behind = true;
  #reading: Iterator<StreamItem, undefined> | undefined;
  readonly #waiting: Waiting[] = [];
  #failure: { readonly error: unknown } | undefined;
  #over: { readonly status: StateStatus | undefined } | undefined;
  #stopListening: (() => void) | undefined;
  readonly #onAbort = (): void => this.#finish(undefined);

  /** `open` is called when the first event is asked for. */
  constructor(open: () => StreamSource, { from = 1, signal }: StreamOptions) {
    this.#open = open;
    this.#next = from;
    this.#signal = signal;
  }

  next(): Promise<IteratorResult<StreamItem, StateStatus | undefined>> {
    this.#begin();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  /** Ends the stream also while a `next()` waits, which a generator would not. */
  async return(): Promise<IteratorResult<StreamItem, StateStatus | undefined>> {
    this.#finish(undefined);
    return { done: true, value: undefined };
  }

  push(items: readonly StreamItem[]): void {
    for (const item of items) {
      if (this.#behind || this.#over !== undefined) break;
      if (item.seq < this.#next) continue;
      if (this.#queue.length < longestQueue) this.#queue.push(item);
      else this.#behind = true;
    }
    this.#serve();
  }

  reread(): void {
    this.#queue = [];
    this.#reading = undefined;
    this.#behind = true;
    this.#serve();
  }

  changed(): void {
    this.#serve();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#serve();
  }

  #begin(): void {
    if (this.#source !== undefined || this.#over !== undefined) return;
    if (this.#signal?.aborted === true) return this.#finish(undefined);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#source = this.#open();
    this.#stopListening = this.#source.listen(this);
  }

  /** Hands over what is there to those who wait. */
  #serve(): void {
    while (this.#over === undefined && this.#waiting.length > 0) {
      const item = this.#take();
      if (item !== undefined) {
        this.#waiting.shift()?.resolve({ done: false, value: item });
      } else if (this.#failure !== undefined) {
        this.#waiting.shift()?.reject(this.#failure.error);
        this.#finish(undefined);
      } else {
        const status = this.#source?.ended;
        if (status === undefined) return;
        this.#finish(status);
      }
    }
    if (this.#over === undefined) return;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: this.#over.status });
  }

  #take(): StreamItem | undefined {
    const item = this.#queue.shift() ?? (this.#behind ? this.#read() : undefined);
    if (item !== undefined) this.#next = item.seq + 1;
    return item;
  }

  #read(): StreamItem | undefined {
    try {
      this.#reading ??= this.#source?.recorded(this.#next);
      const read = this.#reading?.next();
      if (read?.done === false) return read.value;
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#reading = undefined;
    this.#behind = false;
    return undefined;
  }

  #finish(status: StateStatus | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = { status };
    this.#stopListening?.();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#queue = [];
    this.#reading = undefined;
    this.#serve();
  }
}

/** Names of the options of every stream. */
export const streamOptionNames: OptionNames<StreamOptions> = { from: true, signal: true };

/** Throws `INVALID_OPTION`, naming the option; `names` are those of this stream. */
export function checkStreamOptions(options: StreamOptions, names: Readonly<Record<string, true>>): void {
  checkKnown(options, names);
  const { from, signal } = options;
  if (from !== undefined && !(Number.isSafeInteger(from) && from >= 1)) invalid("from", "a seq: a whole number from 1", from);
  if (signal !== undefined && !(signal instanceof AbortSignal)) invalid("signal", "an AbortSignal", signal);
}
