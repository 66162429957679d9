import { RepriseError, type HandOffOptions } from "@reprise/core";
import { checkKnown, invalidOption, type OptionNames } from "@reprise/core/spi";
import { shown } from "../invalid-definition.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { jobFormat, type JobState } from "./job-state.ts";
import type { JobsOf } from "./jobs.ts";
import { readJobState } from "./read-job-state.ts";

/** A job as plain JSON, with the run itself: what another host needs beside the definition. */
export interface JobFile extends JobState {
  /** The run as `reprise.export` gives it, in base64. */
  readonly run: string;
}

/** Id and definition of a job, of its state, its file, or its id alone. Throws `INVALID_OPTION` and `INCOMPATIBLE`. */
export function jobReference(given: unknown): { readonly jobId: string; readonly flow?: JobState["flow"] } {
  if (typeof given === "string" && given.length > 0) return { jobId: given };
  const { format, jobId, flow } = (typeof given === "object" && given !== null ? given : {}) as Partial<JobState>;
  if (typeof jobId !== "string" || typeof flow?.id !== "string" || typeof flow.hash !== "string") {
    throw new RepriseError("INVALID_OPTION", `job must be the id of a job, or what serialize, export or handOff gave, got ${shown(given)}`, { path: "job" });
  }
  if (format !== jobFormat) throw new RepriseError("INCOMPATIBLE", `the job has format ${shown(format)}; this version reads ${jobFormat}`, { path: "job.format", stateId: jobId });
  return { jobId, flow };
}

/** The run in a job's file. Throws `INVALID_OPTION`. */
export function runOf(file: unknown): Uint8Array {
  const { run } = file as Partial<JobFile>;
  if (typeof run !== "string") throw new RepriseError("INVALID_OPTION", `job.run must be a run in base64, as export and handOff give it, got ${shown(run)}`, { path: "job.run" });
  return fromBase64(run, "job.run");
}

/** The file of a job that is at rest here, with the bytes of its run. */
export async function jobFile(host: Pick<JobsOf, "reprise" | "compiled" | "hash">, jobId: string, bytes: Uint8Array): Promise<JobFile> {
  return { ...(await readJobState(host, jobId)), run: toBase64(bytes) };
}

/** Throws `INVALID_OPTION`, as core does when it hands off: a job that is at work is paused before. */
export function checkHandOff(options: HandOffOptions): void {
  checkKnown(options, { to: true, waitMs: true } satisfies OptionNames<HandOffOptions>);
  const { to, waitMs } = options;
  if (to !== undefined && typeof to !== "string") invalidOption("to", "a string: where the job goes", to);
  if (waitMs !== undefined && !(typeof waitMs === "number" && waitMs >= 0)) invalidOption("waitMs", "a number of milliseconds from 0", waitMs);
}

/** Moves a job that is at rest. */
export async function handOffJob(host: Pick<JobsOf, "reprise" | "compiled" | "hash">, jobId: string, options: HandOffOptions): Promise<JobFile> {
  return jobFile(host, jobId, await host.reprise.handOff(jobId, options));
}
