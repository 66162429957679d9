import { defaultSystem } from "@reprise/core/spi";
import type { Actor, ExecuteOptions, OpenOptions, Reprise, StateMetadata } from "@reprise/core";
import type { JobResult } from "../conductor/job-result.ts";
import { ProgressBoard } from "../conductor/progress.ts";
import type { CompiledFlow } from "../definition/compiled-flow.ts";
import { startedJob, type Job } from "./job.ts";

/** Options of `start`. */
export interface StartOptions extends Omit<ExecuteOptions, "stateId" | "metadata"> {
  /** The run's id. Default: a random UUID. */
  readonly jobId?: string;
  readonly metadata?: StateMetadata;
}

/** The jobs of one flow on one Reprise. Jobs share nothing (rule F6). */
export interface Jobs<Input, Outputs> {
  /** Begins a job, or goes on with it if it exists. Resolves once its code runs. Throws `LeaseHeldError`, `INPUT_CHANGED`, … */
  start(...rest: undefined extends Input ? [input?: Input, options?: StartOptions] : void extends Input ? [input?: Input, options?: StartOptions] : [input: Input, options?: StartOptions]): Promise<Job<Outputs>>;
  /**
   * Goes on with a job, in the process that takes its lease. Resolves once its code runs; a completed job gives its outcome again.
   * Throws `LeaseHeldError`, which names the holder, `NOT_FOUND`, and `VERSION_CHANGED` for a job of another definition.
   */
  resume(jobId: string, options?: OpenOptions): Promise<Job<Outputs>>;
}

const { newId } = defaultSystem();

/** What the jobs of a flow need of it. */
export interface JobsOf {
  readonly reprise: Reprise;
  readonly compiled: CompiledFlow;
  readonly hash: string;
  readonly agentWith: (board: ProgressBoard) => Actor<unknown, JobResult>;
}

export function jobsOf(host: JobsOf): Jobs<unknown, JobResult["outputs"]> {
  const { reprise, compiled, hash, agentWith } = host;
  return Object.freeze({
    async start(input?: unknown, { jobId, metadata, ...options }: StartOptions = {}) {
      const board = new ProgressBoard();
      const facts: StateMetadata = { pipelineName: compiled.plan.id, ...metadata, flow: { id: compiled.plan.id, hash } };
      const stateId = jobId ?? newId();
      return startedJob(host, stateId, board, reprise.execute(agentWith(board), input, { ...options, stateId, metadata: facts }));
    },
    async resume(jobId: string, options: OpenOptions = {}) {
      const board = new ProgressBoard();
      return startedJob(host, jobId, board, reprise.resume(agentWith(board), jobId, options));
    },
  });
}
