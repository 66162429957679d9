import type { BusSettings } from "./bus.ts";
import type { ExecutionEvent, LogNotice, Topic, Topics } from "./execution-event.ts";

/** How many messages may wait for a slow subscriber. */
const longestQueue = 1_000;

/** The messages one subscriber has yet to see, handed over one at a time (rule H5). */
export class SubscriberQueue<T extends Topic> {
  readonly #topic: T;
  readonly #handler: (message: Topics[T]) => void | Promise<void>;
  readonly #settings: BusSettings;
  readonly #report: (notice: LogNotice) => void;
  #waiting: Topics[T][] = [];
  /** Notices that were lost to an overflow and not yet spoken of. */
  #dropped = 0;
  /** Events overflowed: they are read again from the history until that has no more. */
  #behind = false;
  #lastSeq = 0;
  #running = false;
  #faulted = false;

  constructor(topic: T, handler: (message: Topics[T]) => void | Promise<void>, settings: BusSettings, report: (notice: LogNotice) => void) {
    this.#topic = topic;
    this.#handler = handler;
    this.#settings = settings;
    this.#report = report;
  }

  /** Returns a promise for the end of the work it began; undefined if that is done or work is under way already. */
  push(message: Topics[T]): Promise<void> | undefined {
    if (this.#waiting.length < longestQueue) {
      if (!this.#behind) this.#waiting.push(message);
    } else if (this.#topic === "event") {
      this.#behind = true;
    } else {
      this.#waiting.shift();
      this.#waiting.push(message);
      this.#dropped += 1;
    }
    if (this.#running) return undefined;
    this.#running = true;
    const pending = this.#handOver();
    return pending && this.#drain(pending);
  }

  async #drain(first: Promise<void>): Promise<void> {
    for (let pending: Promise<void> | undefined = first; pending !== undefined; pending = this.#handOver()) {
      try {
        await pending;
      } catch (error) {
        this.#fault(error);
      }
    }
  }

  /** Hands messages over until the handler needs time, which it returns, or there are none left: most handlers never need any. */
  #handOver(): Promise<void> | undefined {
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      try {
        const pending = this.#handler(message);
        if (pending !== undefined) return pending;
      } catch (error) {
        this.#fault(error);
      }
    }
    this.#running = false;
    return undefined;
  }

  #next(): Topics[T] | undefined {
    if (this.#dropped > 0) this.#tellDropped();
    if (this.#waiting.length === 0 && this.#behind) {
      const missed = this.#settings.eventsFrom(this.#lastSeq + 1, longestQueue);
      this.#behind = missed.length === longestQueue;
      this.#waiting = [...missed] as Topics[T][];
    }
    const message = this.#waiting.shift();
    if (this.#topic === "event" && message !== undefined) this.#lastSeq = (message as ExecutionEvent).seq;
    return message;
  }

  #tellDropped(): void {
    const dropped = this.#dropped;
    this.#dropped = 0;
    // A log that cannot keep up is not told so on the log.
    if (this.#topic === "log") return;
    this.#report(this.#settings.log({ level: "warn", code: "NOTICES_DROPPED", message: `a slow subscriber of "${this.#topic}" missed ${dropped} notices` }));
  }

  #fault(error: unknown): void {
    if (this.#faulted) return;
    this.#faulted = true;
    this.#report(this.#settings.log({ level: "error", code: "SUBSCRIBER_FAILED", message: `a subscriber of "${this.#topic}" failed; further failures of it are not reported`, error }));
  }
}
