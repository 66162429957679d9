import mitt, { type Emitter } from "mitt";
import type { ExecutionEvent, LogNotice, Topic, Topics } from "./execution-event.ts";

// mitt's types are those of a CommonJS module, its value is that of an ES module.
const createEmitter = mitt as unknown as <E extends Record<string, unknown>>() => Emitter<E>;

type Handler<T extends Topic> = (message: Topics[T]) => void | Promise<void>;

/** How many notices may wait for a slow subscriber; `event` needs no such bound, it is read again from the history. */
const longestQueue = 1_000;

/** What the bus needs to know of its run. */
export interface BusSettings {
  /** The events from `from` on that are acknowledged, in order. */
  readonly eventsFrom: (from: number) => readonly ExecutionEvent[];
  /** Builds a log notice of the run. */
  readonly log: (notice: Pick<LogNotice, "level" | "code" | "message"> & { readonly error?: unknown }) => LogNotice;
}

/**
 * Carries events and notices to subscribers, each isolated behind a queue of its own: handlers run one message at a time,
 * in order; one that throws, rejects or is slow changes nothing for the run or for the others (rule H5).
 */
export class Bus {
  readonly #settings: BusSettings;
  readonly #emitter = createEmitter<{ [T in Topic]: Topics[T] }>();
  readonly #counts: { [T in Topic]?: number } = {};
  readonly #draining = new Set<Promise<void>>();

  constructor(settings: BusSettings) {
    this.#settings = settings;
  }

  /** Is it worth building a message of this topic? */
  has(topic: Topic): boolean {
    return (this.#counts[topic] ?? 0) > 0;
  }

  publish<T extends Topic>(topic: T, message: Topics[T]): void {
    if (this.has(topic)) this.#emitter.emit(topic, message);
  }

  /** Returns what ends the subscription. */
  on<T extends Topic>(topic: T, handler: Handler<T>): () => void {
    const queue = new SubscriberQueue(topic, handler, this.#settings, (notice) => this.publish("log", notice));
    const listener = (message: Topics[T]): void => {
      const drained = queue.push(message);
      if (drained === undefined) return;
      this.#draining.add(drained);
      void drained.then(() => this.#draining.delete(drained));
    };
    this.#emitter.on(topic, listener);
    this.#counts[topic] = (this.#counts[topic] ?? 0) + 1;
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      this.#counts[topic] = (this.#counts[topic] ?? 1) - 1;
      this.#emitter.off(topic, listener);
    };
  }

  /** Resolves when every subscriber has been handed everything published so far. */
  async drained(): Promise<void> {
    while (this.#draining.size > 0) await Promise.all(this.#draining);
  }
}

class SubscriberQueue<T extends Topic> {
  readonly #topic: T;
  readonly #handler: Handler<T>;
  readonly #settings: BusSettings;
  readonly #report: (notice: LogNotice) => void;
  #waiting: Topics[T][] = [];
  #dropped = 0;
  #lastSeq = 0;
  #running = false;
  #faulted = false;

  constructor(topic: T, handler: Handler<T>, settings: BusSettings, report: (notice: LogNotice) => void) {
    this.#topic = topic;
    this.#handler = handler;
    this.#settings = settings;
    this.#report = report;
  }

  /** Returns a promise for the end of the work it began; undefined if work is under way already. */
  push(message: Topics[T]): Promise<void> | undefined {
    this.#waiting.push(message);
    if (this.#waiting.length > longestQueue) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    if (this.#running) return undefined;
    this.#running = true;
    return this.#drain();
  }

  async #drain(): Promise<void> {
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      try {
        const result = this.#handler(message);
        if (result !== undefined) await result;
      } catch (error) {
        this.#fault(error);
      }
    }
    this.#running = false;
  }

  #next(): Topics[T] | undefined {
    if (this.#dropped > 0) this.#refill();
    const message = this.#waiting.shift();
    if (this.#topic === "event" && message !== undefined) this.#lastSeq = (message as ExecutionEvent).seq;
    return message;
  }

  /** The queue overflowed: events are read again from the history, notices are lost and their number is said. */
  #refill(): void {
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (this.#topic === "event") {
      this.#waiting = [...this.#settings.eventsFrom(this.#lastSeq + 1)] as Topics[T][];
    } else if (this.#topic !== "log") {
      this.#report(this.#settings.log({ level: "warn", code: "NOTICES_DROPPED", message: `a slow subscriber of "${this.#topic}" missed ${dropped} notices` }));
    }
  }

  #fault(error: unknown): void {
    if (this.#faulted) return;
    this.#faulted = true;
    this.#report(this.#settings.log({ level: "error", code: "SUBSCRIBER_FAILED", message: `a subscriber of "${this.#topic}" failed; further failures of it are not reported`, error }));
  }
}
