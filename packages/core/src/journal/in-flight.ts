import type { Batch } from "./append-batch.ts";

/** A batch on its way to the backend. */
interface Sent {
  readonly batch: Batch;
  arrived: boolean;
  failure: { readonly error: unknown } | undefined;
  waiting: (() => void)[] | undefined;
  /** Handed over after it. */
  next: Sent | undefined;
}

/** How the journal hears of its batches. */
export interface InFlightListener {
  readonly onArrived: (batch: Batch) => void;
  readonly onFailed: (error: unknown) => void;
}

/** Batches that were handed over and not acknowledged yet. They are told of in the order of the journal, whatever order the backend answers in. */
export class InFlight {
  readonly #listener: InFlightListener;
  #first: Sent | undefined;
  #last: Sent | undefined;

  constructor(listener: InFlightListener) {
    this.#listener = listener;
  }

  get empty(): boolean {
    return this.#first === undefined;
  }

  /** The batch is on its way; `arriving` settles when the backend has answered. */
  add(batch: Batch, arriving: Promise<unknown>): void {
    const sent: Sent = { batch, arrived: false, failure: undefined, waiting: undefined, next: undefined };
    if (this.#last === undefined) this.#first = sent;
    else this.#last.next = sent;
    this.#last = sent;
    arriving.then(
      () => {
        sent.arrived = true;
        this.#tell();
      },
      (error: unknown) => {
        sent.failure = { error };
        this.#tell();
      },
    );
  }

  /** Resolves when all that is on its way has been told of. */
  async settled(): Promise<void> {
    const last = this.#last;
    if (last !== undefined) await new Promise<void>((resolve) => (last.waiting ??= []).push(resolve));
  }

  #tell(): void {
    for (let first = this.#first; first !== undefined && (first.arrived || first.failure !== undefined); first = this.#first) {
      this.#first = first.next;
      if (first.next === undefined) this.#last = undefined;
      if (first.failure === undefined) this.#listener.onArrived(first.batch);
      else this.#listener.onFailed(first.failure.error);
      for (const resolve of first.waiting ?? []) resolve();
    }
  }
}
