import type { JobProgress, ProgressBoard } from "../conductor/progress.ts";

/** Waits for a condition on the progress of a job, but not beyond the end of the job, or the abort of a signal. */
export function waitUntil(board: ProgressBoard, done: Promise<unknown>, condition: (progress: JobProgress) => boolean, signal: AbortSignal | undefined): Promise<boolean> {
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
