import type { JobFile, JobState, SerializedFlow } from "@reprise/flow";
import type { DemoFlowOptions } from "./demo-flow.ts";

/** How host A lets go of the job: it moves it, or dies during the backoff. */
export type Parting = "hand-off" | "kill";

/** What a host process is told. */
export interface HostRequest {
  readonly host: "A" | "B";
  readonly jobId: string;
  /** Of this host alone. */
  readonly directory: string;
  /** What A leaves and B reads. */
  readonly savedFile: string;
  readonly tallyFile: string;
  readonly parting: Parting;
  readonly flow: DemoFlowOptions;
  /** The stream for people. */
  readonly people: "stdout" | "stderr";
}

/** What host A saves: the definition and the job, apart. */
export interface SavedJob {
  readonly flow: SerializedFlow;
  /** The job itself, if it was handed off; a process that is killed leaves it in its directory. */
  readonly job?: JobFile;
  readonly savedAt: number;
}

/** What host B tells when it is done. */
export interface HostReport {
  /** When it went on with the job, in ms since the epoch. */
  readonly resumedAt: number;
  /** When the retry was due that host A had left, in ms since the epoch. */
  readonly dueAt: number;
  readonly state: JobState;
}
