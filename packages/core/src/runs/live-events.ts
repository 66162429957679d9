import type { Engine } from "../engine/engine.ts";
import { checkStreamOptions, EventStream, streamOptionNames, type EventFeed, type StreamListener, type StreamOptions, type StreamSource } from "../events/event-stream.ts";
import type { StateStatus } from "../events/event-type.ts";
import type { ExecutionEvent, StreamItem } from "../events/execution-event.ts";
import { itemsOf } from "../history/events-of.ts";

/** The events of a run that is open in this process, for those who read them as a stream (rule H5). */
export class LiveEvents implements StreamSource {
  readonly #engine: Engine;
  readonly #status: () => StateStatus;
  readonly #listeners = new Set<StreamListener>();
  /** Seq of the last record there was when the run came to rest, the last time. */
  #restedAt: number | undefined;
  /** The run has stopped, and whatever was on its way to the backend has come there or has failed. */
  #settled = false;

  constructor(engine: Engine, status: () => StateStatus) {
    this.#engine = engine;
    this.#status = status;
  }

  stream(options: StreamOptions = {}): EventFeed {
    checkStreamOptions(options, streamOptionNames);
    // A run that is held is not rewound: there is nothing but events to come.
    return { [Symbol.asyncIterator]: () => new EventStream(() => this, options) as AsyncIterator<ExecutionEvent, StateStatus | undefined> };
  }

  /** The lease was given back. */
  rested(): void {
    this.#restedAt = this.#engine.journal.lastSeq;
    for (const listener of this.#listeners) listener.changed();
  }

  get ended(): StateStatus | undefined {
    const { stopped, journal } = this.#engine;
    return (stopped === undefined ? this.#restedAt === journal.lastSeq : this.#settled) ? this.#status() : undefined;
  }

  *recorded(from: number): Generator<StreamItem, undefined> {
    const engine = this.#engine;
    const { view, journal, policy, options } = engine;
    // What a validation adds happens on a journal that nobody keeps.
    const last = (): number => (policy.publish === "nothing" ? engine.openedAt : engine.acknowledged);
    for (const item of itemsOf(view.stateId, journal.records, { visible: view.visible, from, last })) {
      if (item.status !== "cut") yield options.redactor?.event(item) ?? item;
    }
  }

  listen(listener: StreamListener): () => void {
    const { bus, leases } = this.#engine;
    const stopEvents = bus.on("event", (event) => listener.push([event]));
    const onIdle = (): void => this.#settleSoon();
    leases.idleListeners.add(onIdle);
    this.#listeners.add(listener);
    this.#settleSoon();
    return () => {
      stopEvents();
      leases.idleListeners.delete(onIdle);
      this.#listeners.delete(listener);
    };
  }

  // Later: whoever ends the run says how durable the end of it is to be.
  #settleSoon(): void {
    const { stopped, system, journal, interruption } = this.#engine;
    if (stopped === undefined || this.#settled) return;
    system.yield(() => {
      // What an interrupted run still records is a part of it.
      void Promise.resolve(interruption.ended).then(() => journal.settle()).then(() => {
        this.#settled = true;
        for (const listener of this.#listeners) listener.changed();
      });
    });
  }
}
