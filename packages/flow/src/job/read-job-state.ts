import { RepriseError } from "@reprise/core";
import { isCancelled } from "./cancel-job.ts";
import { jobStateOf, JobStatus, type JobState } from "./job-state.ts";
import type { JobsOf } from "./jobs.ts";

/** Reads what is recorded of a job. Throws `NOT_FOUND`, and `INVALID_OPTION` for a run that is no job of this flow. */
export async function readJobState({ reprise, compiled, hash }: Pick<JobsOf, "reprise" | "compiled" | "hash">, jobId: string): Promise<JobState> {
  const { plan } = compiled;
  const [snapshot, history] = [await reprise.snapshot(jobId), await reprise.history(jobId)];
  const root = snapshot.calls.find(({ parent }) => parent === undefined);
  if (root !== undefined && root.name !== plan.id) throw new RepriseError("INVALID_OPTION", `run ${jobId} belongs to ${root.address}, not to flow "${plan.id}"`, { path: "job", stateId: jobId });
  return jobStateOf(plan, hash, snapshot, history, snapshot.interruption !== undefined && isCancelled(snapshot.interruption) ? JobStatus.CANCELLED : snapshot.status);
}
