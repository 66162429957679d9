import { checkKnown, invalidOption, type OptionNames } from "@reprise/core/spi";
import type { JobProgress, ProgressBoard } from "../conductor/progress.ts";

/** Options of `waitUntil`. */
export interface WaitUntilOptions {
  /** Ends the waiting, with false. Default: none. */
  readonly signal?: AbortSignal;
}

/** Waits for a condition on the progress of a job, but not beyond the end of the job, or the abort of a signal. */
export async function waitUntil(board: ProgressBoard, done: Promise<unknown>, condition: (progress: JobProgress) => boolean, options: WaitUntilOptions): Promise<boolean> {
  checkKnown(options, { signal: true } satisfies OptionNames<WaitUntilOptions>);
  const { signal } = options;
  if (typeof condition !== "function") invalidOption("condition", "a function of the progress", condition);
  if (signal !== undefined && typeof (signal as Partial<AbortSignal>).addEventListener !== "function") invalidOption("signal", "an AbortSignal", signal);
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      stopListening();
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const look = (last: boolean): void => {
      try {
        const holds = condition(board.read());
        if (holds || last) end(() => resolve(holds));
      } catch (error) {
        end(() => reject(error));
      }
    };
    const onAbort = (): void => end(() => resolve(false));
    const stopListening = board.onChange(() => look(false));
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    void done.then(() => look(true), () => look(true));
    look(false);
  });
}
