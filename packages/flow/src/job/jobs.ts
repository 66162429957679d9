import type { Actor, ExecuteOptions, HandOffOptions, ImportedRun, OpenOptions, Reprise, StateMetadata } from "@reprise/core";
import { RepriseError } from "@reprise/core";
import { checkKnown, defaultSystem, type OptionNames } from "@reprise/core/spi";
import type { JobResult } from "../conductor/job-result.ts";
import { ProgressBoard } from "../conductor/progress.ts";
import type { CompiledFlow } from "../definition/compiled-flow.ts";
import { cancelJob, refuseCancelled } from "./cancel-job.ts";
import { handOffJob, jobFile, jobReference, runOf, type JobFile } from "./job-file.ts";
import type { JobState } from "./job-state.ts";
import { checkEntry } from "../routine/entry-values.ts";
import { startedJob, type Job } from "./job.ts";
import { readJobState } from "./read-job-state.ts";

/** Options of `start`. */
export interface StartOptions extends Omit<ExecuteOptions, "stateId" | "metadata"> {
  /** The run's id. Default: a random UUID. */
  readonly jobId?: string;
  /** Of the run of the job. Default: none. */
  readonly metadata?: StateMetadata;
}

/** Options of `import`. */
export interface ImportJobOptions {
  /** Id of the job here. Default: a new one for a copy; a job that was handed off keeps its own. */
  readonly jobId?: string;
}

/** The jobs of one flow on one Reprise. Jobs share nothing (rule F6). */
export interface Jobs<Input, Outputs> {
  /** Begins a job, or goes on with it if it exists. Resolves once its code runs. Throws `INVALID_OPTION`, `LeaseHeldError`, `INPUT_CHANGED`, … */
  start(...rest: undefined extends Input ? [input?: Input, options?: StartOptions] : void extends Input ? [input?: Input, options?: StartOptions] : [input: Input, options?: StartOptions]): Promise<Job<Outputs>>;
  /**
   * Goes on with a job, by its id or its state, in the process that takes its lease. Resolves once its code runs. A completed job gives its
   * outcome again and runs nothing; a failed one is tried again where it failed. Throws `LeaseHeldError`, which names the holder, `NOT_FOUND`, `INVALID_OPTION`
   * for a job of another flow, `VERSION_CHANGED` for one of another definition, `CANCELLED` for one that was cancelled.
   */
  resume(job: string | JobState, options?: OpenOptions): Promise<Job<Outputs>>;
  /** Pauses a job, whichever process is at it, and lets what is at work end; false if it had ended or was at rest already. Throws `NOT_FOUND`, … */
  pause(jobId: string): Promise<boolean>;
  /** Ends a job for good, whichever process is at it; false if it had ended or was at rest already. Throws `NOT_FOUND`, … */
  cancel(jobId: string, message?: string): Promise<boolean>;
  /** What has become of a job, as JSON; takes no lease. Throws `NOT_FOUND`. */
  state(jobId: string): Promise<JobState>;
  /** A copy of a job as JSON: whoever imports it has a fork under another id. Takes no lease. Throws `NOT_FOUND`, … */
  export(jobId: string): Promise<JobFile>;
  /** Moves a job that is at rest: seals it here for ever, and gives it as JSON, for one other host to import. Throws `LeaseHeldError`, `NOT_FOUND`, `SEALED`, … */
  handOff(jobId: string, options?: HandOffOptions): Promise<JobFile>;
  /** Takes over a job that was handed off, or makes a fork of a copy; `resume` goes on with it. Throws `INVALID_OPTION`, `VERSION_CHANGED`, `ALREADY_EXISTS`, `CORRUPT`, … */
  import(file: JobFile, options?: ImportJobOptions): Promise<ImportedJob>;
}

/** What has become of a job's file. */
export interface ImportedJob {
  readonly jobId: string;
  /** `handOff`: the job itself; `fork`: one of its own; `copy`: what was exported, under its own id. */
  readonly kind: ImportedRun["kind"];
}

/** What the jobs of a flow need of it. */
export interface JobsOf {
  readonly reprise: Reprise;
  readonly compiled: CompiledFlow;
  readonly hash: string;
  readonly agentWith: (board: ProgressBoard) => Actor<unknown, JobResult>;
}

const { newId } = defaultSystem();

const startNames: OptionNames<StartOptions> = {
  jobId: true, metadata: true, mode: true, inputs: true, force: true, throwOnMismatch: true, aliases: true, resumeFrom: true, allowRepeat: true, retry: true, retryByType: true,
  onInputChange: true, onVersionChange: true, onUnknownOutcome: true, autoCheckpoint: true, waitMs: true, signal: true, deadlineMs: true, interruptChecker: true,
};

export function jobsOf(host: JobsOf): Jobs<unknown, JobResult["outputs"]> {
  const { reprise, compiled, agentWith } = host;
  const { id, onDefinitionChange } = compiled.plan;

  const checkedReference = (job: unknown): string => {
    const { jobId, flow } = jobReference(job);
    if (flow !== undefined && flow.id !== id) throw new RepriseError("INVALID_OPTION", `job ${jobId} belongs to flow "${flow.id}", not to "${id}"`, { path: "job", stateId: jobId });
    if (flow !== undefined && flow.hash !== host.hash && onDefinitionChange === "fail") {
      throw new RepriseError("VERSION_CHANGED", `job ${jobId} belongs to another definition of flow "${id}": its hash is ${flow.hash}, and this one's ${host.hash}`, { stateId: jobId });
    }
    return jobId;
  };

  return Object.freeze({
    async start(input?: unknown, given: StartOptions = {}) {
      checkKnown(given, startNames);
      const { jobId: named, metadata, ...options } = given;
      await checkEntry(compiled.entry.routine, input);
      const jobId = named ?? newId();
      // Only one that was named can be there already.
      if (named !== undefined) await refuseCancelled(reprise, named);
      const board = new ProgressBoard();
      return startedJob(host, jobId, board, reprise.execute(agentWith(board), input, { ...options, stateId: jobId, metadata: { pipelineName: id, ...metadata } }));
    },
    async resume(job: string | JobState, options: OpenOptions = {}) {
      const jobId = checkedReference(job);
      await refuseCancelled(reprise, jobId);
      const board = new ProgressBoard();
      return startedJob(host, jobId, board, reprise.resume(agentWith(board), jobId, options));
    },
    state: (jobId: string) => readJobState(host, jobId),
    pause: (jobId: string) => reprise.pause(jobId),
    cancel: (jobId: string, message?: string) => cancelJob(host, jobId, message),
    export: async (jobId: string) => jobFile(host, jobId, await reprise.export(jobId)),
    handOff: (jobId: string, options: HandOffOptions = {}) => handOffJob(host, jobId, options),
    async import(file: JobFile, options: ImportJobOptions = {}) {
      checkKnown(options, { jobId: true } satisfies OptionNames<ImportJobOptions>);
      const { jobId } = options;
      checkedReference(file);
      const { stateId, kind } = await reprise.import(runOf(file), { ...(jobId !== undefined && { stateId: jobId }) });
      return { jobId: stateId, kind };
    },
  });
}
