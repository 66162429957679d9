import type { System } from "../system.ts";

/** How long somebody waits. */
export interface Patience {
  /** In ms. */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets those who open one run in this process come one after the other, as far as each of them waits (rule S3): behind whoever was first
 * there is a handle, which may be idle, and until then a lease that nobody can be asked for.
 */
export class Openings {
  readonly #system: Pick<System, "now" | "setTimer">;
  /** The last of each run. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(system: Pick<System, "now" | "setTimer">) {
    this.#system = system;
  }

  /** Opens a run; `open` is told what is left of the patience. */
  async next<Handle>(stateId: string, patience: Patience, open: (waitMs: number) => Promise<Handle>): Promise<Handle> {
    const before = this.#last.get(stateId);
    const opening = this.#behind(before, patience).then(open);
    this.#last.set(stateId, opening);
    try {
      return await opening;
    } finally {
      if (this.#last.get(stateId) === opening) this.#last.delete(stateId);
    }
  }

  async #behind(before: Promise<unknown> | undefined, { waitMs = 0, signal }: Patience): Promise<number> {
    if (before === undefined || waitMs === 0) return waitMs;
    const since = this.#system.now();
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancelTimer();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const cancelTimer = this.#system.setTimer(waitMs, end);
      signal?.addEventListener("abort", end);
      before.then(end, end);
    });
    return Math.max(0, waitMs - (this.#system.now() - since));
  }
}
