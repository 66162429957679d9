/** One who takes what comes, in the order in which it comes. What is told before it is asked for is kept. */
export class OutcomeReader<Outcome> implements AsyncIterableIterator<Outcome, undefined> {
  readonly #leave: () => Promise<void>;
  readonly #kept: Outcome[] = [];
  readonly #waiting: { readonly resolve: (result: IteratorResult<Outcome, undefined>) => void; readonly reject: (error: Error) => void }[] = [];
  /** Nothing more comes. */
  #ended = false;
  #error: Error | undefined;

  /** `leave` is called when it is left before its end, and resolves when that has been dealt with. */
  constructor(leave: () => Promise<void>) {
    this.#leave = leave;
  }

  take(outcome: Outcome): void {
    if (this.#ended) return;
    const first = this.#waiting.shift();
    if (first === undefined) this.#kept.push(outcome);
    else first.resolve({ done: false, value: outcome });
  }

  /** With an error, whoever has taken all there is gets that, once. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#error === undefined) resolve({ done: true, value: undefined });
      else reject(this.#error);
      this.#error = undefined;
    }
  }

  next(): Promise<IteratorResult<Outcome, undefined>> {
    const kept = this.#kept.shift();
    if (kept !== undefined) return Promise.resolve({ done: false, value: kept });
    if (!this.#ended) return this.#wait();
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  async return(): Promise<IteratorResult<Outcome, undefined>> {
    const left = !this.#ended || this.#kept.length > 0;
    this.#kept.length = 0;
    this.end();
    this.#error = undefined;
    if (left) await this.#leave();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wait(): Promise<IteratorResult<Outcome, undefined>> {
    const promise = new Promise<IteratorResult<Outcome, undefined>>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // When the run is stopped there may be nobody left who listens.
    promise.catch(() => undefined);
    return promise;
  }
}
