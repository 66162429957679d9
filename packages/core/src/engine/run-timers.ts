import type { System } from "../system.ts";

/** The timers of one run: none of them fires after it has stopped. */
export class RunTimers {
  readonly #system: Pick<System, "setTimer">;
  readonly #waiting = new Set<() => void>();

  constructor(system: Pick<System, "setTimer">) {
    this.#system = system;
  }

  /** Calls back after a delay in ms; returns what cancels it. */
  after(delayMs: number, callback: () => void, options?: { readonly background: boolean }): () => void {
    const stop = (): void => {
      cancelTimer();
      this.#waiting.delete(stop);
    };
    const cancelTimer = this.#system.setTimer(delayMs, () => {
      this.#waiting.delete(stop);
      callback();
    }, options);
    this.#waiting.add(stop);
    return stop;
  }

  stopAll(): void {
    for (const stop of this.#waiting) stop();
  }
}
