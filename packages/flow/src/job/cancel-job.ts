import { RepriseError, type InterruptSignal, type Reprise } from "@reprise/core";

/** Ends a job for good, wherever it runs: an interruption with the reason `user_cancelled` (rules F6 and I2). */
export async function cancelJob({ reprise }: { readonly reprise: Reprise }, jobId: string, message = "the job was cancelled"): Promise<boolean> {
  const signal = { reason: "user_cancelled", message, triggeredBy: "job.cancel" } as const;
  if (await reprise.interrupt(jobId, signal)) return true;
  const head = await reprise.head(jobId);
  if (head?.status !== "paused" && head?.status !== "interrupted") return false;
  // A job at rest has nothing to interrupt, but it might be resumed.
  await using state = await reprise.load(jobId);
  return (state.interruption === null || !isCancelled(state.interruption)) && state.interrupt(signal);
}

/** What a person cancelled is over; what a deadline or a checker interrupted may go on. */
export function isCancelled({ reason }: Pick<InterruptSignal, "reason">): boolean {
  return reason === "user_cancelled";
}

/** Throws `CANCELLED` for a job that was cancelled. */
export async function refuseCancelled(reprise: Reprise, jobId: string): Promise<void> {
  const head = await reprise.head(jobId);
  if (head?.status !== "interrupted") return;
  const { interruption } = await reprise.snapshot(jobId);
  if (interruption === undefined || !isCancelled(interruption)) return;
  throw new RepriseError("CANCELLED", `job ${jobId} was cancelled${interruption.message === undefined ? "" : ` (${interruption.message})`}: it is over`, { stateId: jobId });
}
