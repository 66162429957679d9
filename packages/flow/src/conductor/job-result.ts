import type { JobProgress } from "./progress.ts";

/** What a job's run completes with. */
export interface JobResult<Outputs = { readonly [output: string]: readonly unknown[] | undefined }> {
  /** By `routine.output`, what was emitted where no connection leads on, in the order in which it was. */
  readonly outputs: Outputs;
  readonly routines: JobProgress;
}
