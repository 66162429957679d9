import type { System } from "../system.ts";

/** Handlers of agents and functions of branches whose promise has not settled: a suspension lets them unwind. */
export class RunningHandlers {
  #count = 0;
  #onEnded: (() => void) | undefined;

  add(handler: Promise<unknown>): void {
    this.#count += 1;
    const ended = (): void => {
      this.#count -= 1;
      if (this.#count === 0) this.#onEnded?.();
    };
    handler.then(ended, ended);
  }

  /** Resolves when all have ended, and after `graceMs` in any case. */
  async ended(system: Pick<System, "setTimer">, graceMs: number): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      const stopTimer = system.setTimer(graceMs, resolve);
      this.#onEnded = () => {
        stopTimer();
        resolve();
      };
    });
  }
}
