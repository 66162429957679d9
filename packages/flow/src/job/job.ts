import { isRepriseError, type ExecutionOutcome, type HandOffOptions, type InterruptSignal, type PendingWait } from "@reprise/core";
import { invalidOption } from "@reprise/core/spi";
import type { JobResult } from "../conductor/job-result.ts";
import type { JobProgress, ProgressBoard } from "../conductor/progress.ts";
import { cancelJob, isCancelled } from "./cancel-job.ts";
import { checkHandOff, handOffJob, type JobFile } from "./job-file.ts";
import { JobStatus, type JobState } from "./job-state.ts";
import type { JobsOf } from "./jobs.ts";
import { readJobState } from "./read-job-state.ts";
import { waitUntil, type WaitUntilOptions } from "./wait-until.ts";

/** How a job ended, or where it rests. */
export type JobOutcome<Outputs> =
  | { readonly status: "completed"; readonly jobId: string; readonly outputs: Outputs; readonly routines: JobProgress }
  /** `error` is the routine's `ActorFailedError`, or what the flow ran into by itself, such as `LIMIT` or `INCOMPLETE`. */
  | { readonly status: "failed"; readonly jobId: string; readonly error: Error }
  /** It was paused, and goes on when it is resumed. */
  | { readonly status: "paused"; readonly jobId: string }
  /** Somebody cancelled it: it is over. */
  | { readonly status: "cancelled"; readonly jobId: string; readonly signal: InterruptSignal }
  /** It was interrupted otherwise, by a deadline or a checker, and goes on when it is resumed. */
  | { readonly status: "interrupted"; readonly jobId: string; readonly signal: InterruptSignal }
  /** It waits for answers, for a time, or for whichever comes first. */
  | { readonly status: "awaiting"; readonly jobId: string; readonly pending: readonly PendingWait[]; readonly wakeAt?: number };

/** One job, at work in this process. */
export interface Job<Outputs = JobResult["outputs"]> {
  readonly id: string;
  /** Resolves when the job has ended, or rests; rejects with what keeps it from being recorded. */
  done(): Promise<JobOutcome<Outputs>>;
  /**
   * Resolves with true once the condition holds, asked now and after each progress; with false if the job ends or rests before, after one last
   * look, or the signal aborts. What the condition throws it rejects with.
   */
  waitUntil(condition: (progress: JobProgress) => boolean, options?: WaitUntilOptions): Promise<boolean>;
  /** What has become of it, as JSON: the definition is serialised apart. */
  serialize(): Promise<JobState>;
  /**
   * Stops at the next safe point: nothing new begins, nothing is aborted, and backoffs and waits end at once; then the job is paused, and goes on
   * when it is resumed. Resolves with whether this was what paused it.
   */
  pause(): Promise<boolean>;
  /** Ends the job for good: what is at work is aborted, and it is not resumed any more. Resolves with whether this was what ended it. */
  cancel(message?: string): Promise<boolean>;
  /** Pauses the job if it is at work, and moves it: see `handOff` of the flow's jobs. */
  handOff(options?: HandOffOptions): Promise<JobFile>;
  /** How far it has come, as this process knows. */
  progress(): JobProgress;
  /** Calls back whenever that changes; returns what ends it. What the listener throws is logged, once, and never reaches the job. */
  onProgress(listener: (progress: JobProgress) => void): () => void;
}

/** The job of a run that was begun or resumed, once its code runs or it has ended without. */
export async function startedJob(host: JobsOf, id: string, board: ProgressBoard, execution: Promise<ExecutionOutcome<JobResult>>): Promise<Job> {
  const begun = new Promise<undefined>((resolve) => {
    board.onBegin(() => resolve(undefined));
  });
  const done = execution.then(outcomeOf);
  let atWork = true;
  const rests = (): void => {
    atWork = false;
  };
  // Whoever asks is told how it ended.
  void done.then(rests, rests);
  const early = await Promise.race([begun, execution]);
  // A run that failed before its code ran was refused: nothing was recorded.
  if (early?.status === "failed") throw early.error;
  return Object.freeze({
    id,
    done: () => done,
    waitUntil: (condition: (progress: JobProgress) => boolean, options: WaitUntilOptions = {}) => waitUntil(board, done, condition, options),
    async serialize() {
      const state = await readJobState(host, id);
      // What was resumed and has recorded nothing yet is still said to rest.
      return atWork ? { ...state, status: JobStatus.RUNNING } : state;
    },
    async pause() {
      if (!atWork) return false;
      const paused = await host.reprise.pause(id);
      await done;
      return paused;
    },
    async cancel(message?: string) {
      const cancelled = await cancelJob(host, id, message);
      await done;
      return cancelled;
    },
    async handOff(options: HandOffOptions = {}) {
      checkHandOff(options);
      // One that rests by itself is moved as it is.
      if (atWork) await host.reprise.pause(id);
      await done;
      return handOffJob(host, id, options);
    },
    progress: () => board.read(),
    onProgress(listener: (progress: JobProgress) => void) {
      if (typeof listener !== "function") invalidOption("listener", "a function", listener);
      return board.onChange(() => listener(board.read()));
    },
  });
}

function outcomeOf(outcome: ExecutionOutcome<JobResult>): JobOutcome<JobResult["outputs"]> {
  const { stateId: jobId } = outcome;
  switch (outcome.status) {
    case "completed":
      return { status: "completed", jobId, ...outcome.value };
    case "failed":
      return { status: "failed", jobId, error: ownError(outcome.error) };
    case "awaiting":
      return { status: "awaiting", jobId, pending: outcome.pending, ...(outcome.wakeAt !== undefined && { wakeAt: outcome.wakeAt }) };
    case "interrupted":
      return { status: isCancelled(outcome.signal) ? "cancelled" : "interrupted", jobId, signal: outcome.signal };
    case "paused":
      return { status: "paused", jobId };
  }
}

/** What made the job fail: the failure of the routine, not that of the job around it. */
function ownError(error: Error): Error {
  return isRepriseError(error, "ACTOR_FAILED") && error.cause instanceof Error ? error.cause : error;
}
