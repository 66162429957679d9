import mitt, { type Emitter } from "mitt";
import type { Redactor } from "./redactor.ts";
import { SubscriberQueue } from "./subscriber-queue.ts";
import type { ExecutionEvent, LogNotice, Topic, Topics } from "./execution-event.ts";

// mitt's types are those of a CommonJS module, its value is that of an ES module.
const createEmitter = mitt as unknown as <E extends Record<string, unknown>>() => Emitter<E>;

type Handler<T extends Topic> = (message: Topics[T]) => void | Promise<void>;

/** What the bus needs to know of its run. */
export interface BusSettings {
  /** At most `limit` of the acknowledged events from `from` on, in order. */
  readonly eventsFrom: (from: number, limit: number) => readonly ExecutionEvent[];
  readonly redactor?: Redactor | undefined;
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
  readonly #redactor: Redactor | undefined;
  readonly #draining = new Set<Promise<void>>();

  constructor(settings: BusSettings) {
    const { redactor, eventsFrom } = settings;
    this.#redactor = redactor;
    this.#settings = redactor === undefined ? settings : { ...settings, eventsFrom: (from, limit) => eventsFrom(from, limit).map((event) => redactor.event(event)) };
  }

  /** Is it worth building a message of this topic? */
  has(topic: Topic): boolean {
    return (this.#counts[topic] ?? 0) > 0;
  }

  publish<T extends Topic>(topic: T, message: Topics[T]): void {
    if (this.has(topic)) this.#emitter.emit(topic, this.#shown(topic, message));
  }

  /** H2: watchers do not see what is redacted. */
  #shown<T extends Topic>(topic: T, message: Topics[T]): Topics[T] {
    if (this.#redactor === undefined) return message;
    if (topic === "event") return this.#redactor.event(message as ExecutionEvent) as Topics[T];
    return topic === "log" ? (this.#redactor.log(message as LogNotice) as Topics[T]) : message;
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
