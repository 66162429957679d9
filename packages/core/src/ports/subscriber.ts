import type { InterruptSignal } from "../events/interrupt-signal.ts";
import type { ExecutionEvent, Topic, Topics } from "../events/execution-event.ts";

/** What a subscriber sees of a run. */
export interface RunFeed {
  readonly stateId: string;
  /**
   * How this handle began: a new run, or one loaded with records up to `lastSeq`, which an interruption may have ended. What
   * it waits for then is not published again: `waiting` has the last event of each call that waits for an answer, a time or
   * its next attempt.
   */
  readonly origin:
    | { readonly kind: "created" }
    | { readonly kind: "loaded"; readonly lastSeq: number; readonly interruption?: InterruptSignal; readonly waiting?: readonly ExecutionEvent[] };
  /**
   * Calls `handler` for each message of the topic, in order, one at a time (a returned promise is awaited).
   * Returns the function that ends the subscription.
   */
  on<T extends Topic>(topic: T, handler: (message: Topics[T]) => void | Promise<void>): () => void;
}

/**
 * Something that watches runs: a printer, a metrics exporter, a log shipper.
 * Faults of a subscriber never reach the run: they are reported once on `log` (rule H5).
 *
 * @example
 * ```ts
 * import type { Subscriber } from "@reprise/core/spi";
 *
 * const failures: Subscriber = {
 *   attach: (run) => run.on("event", (event) => { if (event.status === "failed") console.error(event.address); }),
 * };
 * ```
 */
export interface Subscriber {
  /**
   * Called when a run is created or loaded, before its first call. May return what is to be called (and awaited) once
   * the run's handle is closed and everything published has been handed to this subscriber.
   */
  attach(run: RunFeed): void | (() => void | Promise<void>);
}
