import type { Actor } from "../actors/actor.ts";
import type { CallPolicy, RunRetryOptions } from "../actors/call-policy.ts";
import type { CallArguments } from "../actors/context.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import type { AutoCheckpointOptions } from "../engine/auto-checkpoint.ts";
import type { SecretResolver } from "../engine/engine-options.ts";
import type { Redact } from "../events/redactor.ts";
import type { Encryption } from "../journal/encryption.ts";
import type { InterruptChecker, InterruptSignal } from "../events/interrupt-signal.ts";
import type { RetryProvider } from "../ports/retry.ts";
import type { Durability, ListPage, StateBackend, StateHead } from "../ports/state-backend.ts";
import type { Subscriber } from "../ports/subscriber.ts";
import type { System } from "../system.ts";
import type { ReuseSummary } from "../engine/reuse-tally.ts";
import type { ReplayOptions } from "../engine/replay-policy.ts";
import type { ValidationReport } from "../validation/validation-report.ts";
import type { ValueExtension } from "../values/codec.ts";
import type { Lineage } from "../history/fold.ts";
import type { TimelinePlan } from "../timeline/plan-cut.ts";
import type { TimelinePoint } from "../timeline/timeline-point.ts";
import type { SessionFacts } from "./session-facts.ts";
import type { PendingWait } from "../history/pending-wait.ts";
import type { WakeActors, WakeOptions, WokenRun } from "./wake.ts";
import type { Interrupting } from "./interrupting.ts";
import type { Waiting } from "./waiting.ts";
import type { ExportOptions, HandOffOptions } from "../transfer/export-run.ts";
import type { ImportedRun, ImportOptions } from "../transfer/import-run.ts";
import type { ExecutionState, StateMetadata } from "./execution-state.ts";
import type { RunQuery } from "./run-query.ts";
import type { Following } from "./followed-runs.ts";
import type { Inspection } from "./inspection.ts";
import type { Maintenance } from "./maintenance.ts";

/** What an acknowledged outcome survives (rule H4). */
export type RunDurability = "power" | "process" | "checkpoint";

/** The one place of configuration. Everything is optional. */
export interface RepriseOptions extends Pick<CallPolicy, "onInputChange" | "onVersionChange" | "onUnknownOutcome"> {
  /** Where runs live. Default: nowhere; a run is recorded while its handle is open, and cannot be loaded, answered or resumed after. */
  readonly backend?: StateBackend;
  /**
   * Where artifacts and large values go. Default: the place the backend has for them, which `fsBackend` and `memoryBackend` do;
   * without a backend the memory of the run.
   */
  readonly artifacts?: ArtifactBackend;
  /**
   * Inputs, results, errors and storage values whose JSON text is longer than this many characters are kept among the artifacts,
   * and the journal refers to them (rule H7). Infinity: never. Default: 65,536, or an eighth of the backend's largest record if that is less.
   */
  readonly artifactThreshold?: number;
  /** Knows retry defaults and revives recorded configurations: `retryProvider()` of `@reprise/retry`. Default: none, one attempt per call. */
  readonly retry?: RetryProvider;
  /** Default: `"power"`, or the strongest level the backend has. Asking for more than the backend has is an error. */
  readonly durability?: RunDurability;
  /** Fails at once if the backend provides less. Default: nothing is required. */
  readonly requires?: { readonly durability?: Durability; readonly exclusion?: "process" | "host" | "cluster" };
  /** Checkpoints that runs write by themselves. Default: none. */
  readonly autoCheckpoint?: AutoCheckpointOptions | false;
  /** How instances of classes are recorded (default: they are refused), and how records are encrypted (default: not at all). */
  readonly codec?: { readonly extensions?: readonly ValueExtension[]; readonly encryption?: Encryption };
  /** Gives the value of a secret by its name, each time a handler needs it. Default: none, and an input with a `secret` is refused. */
  readonly secrets?: SecretResolver;
  /** What is not shown to subscribers and in events; recorded it is all the same. Default: nothing is hidden. */
  readonly redact?: Redact;
  /** How often in a row a leaf may be lost (started, no outcome) before it fails. Default: 3. */
  readonly maxLost?: number;
  /** How long an ending attempt waits for its open children, in ms. Default: 5,000. */
  readonly graceMs?: number;
  /** Recorded when a run is loaded, beside the time, the mode and the library version; a function is asked at each load. Default: nothing. */
  readonly session?: SessionFacts | (() => SessionFacts);
  /** A sleep that is due later than this is waited for without a process: the run is suspended, in ms. Default: 30,000. */
  readonly suspendAfterMs?: number;
  /** For every run that is not given its own. Default: none. */
  readonly interruptChecker?: InterruptChecker;
  /** Printers and other watchers of every run. Default: none. */
  readonly subscribers?: readonly Subscriber[];
  /** Clock, randomness and timers. Default: those of the runtime. */
  readonly system?: System;
}

/** Options of a run that is opened. */
export interface OpenOptions extends RunRetryOptions, ReplayOptions, Pick<CallPolicy, "onUnknownOutcome"> {
  /** Checkpoints that the run writes by itself, instead of what the Reprise says; `false` for none. Default: what the Reprise says. */
  readonly autoCheckpoint?: AutoCheckpointOptions | false;
  /** Addresses of calls with `repeatable: false` that may run again although they may have happened. Default: none. */
  readonly allowRepeat?: readonly string[];
  /**
   * Goes back to just before the first start of the call with this address, as `rewind` does, and runs from there. Once: a
   * load that finds its own cut unfinished continues it. The run must exist. Throws `POINT_NOT_FOUND`, `NOT_REPEATABLE`. Default: the run goes on where it was.
   */
  readonly resumeFrom?: string;
  /** Steps that were renamed since, in any scope: `{ oldName: "newName" }`. Calls of the new name find the records of the old one. Default: none. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Of INCREMENTAL: addresses of calls that are executed in any case; of an agent, with all that is below it. Throws `POINT_NOT_FOUND` for one that is not recorded. Default: none. */
  readonly force?: readonly string[];
  /** Of VALIDATION: differences throw `ValidationMismatchError`, out of `execute` and `resume`, or `close` of a loaded state. Default: false. */
  readonly throwOnMismatch?: boolean;
  /** How long to wait for another holder of the run, in ms. Default: 0. */
  readonly waitMs?: number;
  /**
   * Interrupts the run when it is aborted, with the reason `user_cancelled` (rule I2). If that is before the run is open, nothing is
   * begun: `execute` and `resume` give `interrupted`, `create` and `load` throw `ExecutionInterruptedError`. Default: none.
   */
  readonly signal?: AbortSignal;
  /** Interrupts the run with the reason `timeout` when this handle has had it open for so long, in ms. Default: none. */
  readonly deadlineMs?: number;
  /**
   * Asked every 100 ms while the run is open whether to interrupt it, whatever it is at. Does not keep the process alive; if it
   * fails, that is reported once on `log`. Default: that of the Reprise.
   */
  readonly interruptChecker?: InterruptChecker;
}

/** Options of `create`. */
export interface CreateOptions extends Omit<OpenOptions, "resumeFrom" | "aliases" | "force" | "mode" | "inputs" | "throwOnMismatch"> {
  /** Default: a random UUID. Must not exist yet. */
  readonly stateId?: string;
  /** Name, tags and whatever else is to be known of the run. Default: none. */
  readonly metadata?: StateMetadata;
}

/** Options of `execute`. */
export interface ExecuteOptions extends OpenOptions {
  /** Starts this run, or resumes it if it exists. Default: a new run with a random UUID. */
  readonly stateId?: string;
  /** Of a new run; an existing one keeps its own. Default: none. */
  readonly metadata?: StateMetadata;
}

/** Options of `rewind`. */
export interface RewindOptions {
  /** Addresses of calls with `repeatable: false` that may run again although they have happened, or may have. Default: none. */
  readonly allowRepeat?: readonly string[];
  /** How long to wait for another holder of the run, in ms. Default: 0. */
  readonly waitMs?: number;
}

/** Options of `fork`. */
export interface ForkOptions {
  /** Up to where the run is taken over. Default: its end, or just before the first start of what is pinned. */
  readonly at?: TimelinePoint;
  /** Of the new run. Default: a random UUID. Must not exist yet. */
  readonly stateId?: string;
  /**
   * Values by address, of tools, llms and agents: whenever such a call would begin in the fork, it ends with this value instead, and
   * its handler does not run. It must not have begun before the point. Default: nothing is pinned.
   */
  readonly pin?: Readonly<Record<string, unknown>>;
  /** Added to the metadata of the run. `parentStateId` is that of the original. Default: nothing. */
  readonly metadata?: StateMetadata;
  /** Addresses of calls with `repeatable: false` that may happen in the fork although they have happened in the original. Default: none. */
  readonly allowRepeat?: readonly string[];
}

/** What `fork` gives. */
export interface ForkResult {
  /** Of the new run. */
  readonly stateId: string;
  readonly lineage: Lineage;
  /** What was taken over of the original, and what runs in the fork. */
  readonly plan: TimelinePlan;
}

/** How a run ended, or where it stands. */
export type ExecutionOutcome<Output> = OutcomeFacts &
  (
    | { readonly status: "completed"; readonly stateId: string; readonly value: Output }
    | { readonly status: "failed"; readonly stateId: string; readonly error: Error }
    /** It waits for answers (`pending`), for a time (`wakeAt`, in ms since the epoch), or for whichever comes first. */
    | { readonly status: "awaiting"; readonly stateId: string; readonly pending: readonly PendingWait[]; readonly wakeAt?: number }
    /** It was interrupted, and goes on when it is resumed. */
    | { readonly status: "interrupted"; readonly stateId: string; readonly signal: InterruptSignal }
    /** `pause` was called; it goes on when it is resumed. */
    | { readonly status: "paused"; readonly stateId: string }
  );

/** What an outcome says beside how the run ended. */
export interface OutcomeFacts {
  /** What this process reused and what it ran. Not enumerable: a run that is resumed ends like one that was not, and both outcomes are equal. */
  readonly reuse: ReuseSummary;
  /** Of VALIDATION: what was found. */
  readonly validation?: ValidationReport;
}

/** Made by `createReprise`. */
export interface Reprise extends Inspection, Maintenance, Waiting, Following, Interrupting {
  /** Runs an actor as a run of its own: starts it, or resumes it if `stateId` exists. Never throws for a failure of the actor. */
  execute<Input, Output>(actor: Actor<Input, Output>, ...rest: CallArguments<Input, ExecuteOptions>): Promise<ExecutionOutcome<Output>>;
  /** Continues a run with its recorded input. Throws `NOT_FOUND` if it does not exist; fails with `NOT_FOUND` if it never began an actor. */
  resume<Input, Output>(actor: Actor<Input, Output>, stateId: string, options?: OpenOptions): Promise<ExecutionOutcome<Output>>;
  /** A new run to be driven by hand. */
  create(options?: CreateOptions): Promise<ExecutionState>;
  /** An existing run to be driven by hand. Throws `NOT_FOUND`, `LeaseHeldError`, `CORRUPT`, … */
  load(stateId: string, options?: OpenOptions): Promise<ExecutionState>;
  /**
   * Goes back to a point: what comes after it is hidden, and runs again when the run is resumed; status, storage and metadata
   * are as they were, and the run is paused. Durable when it resolves, with the plan that was carried out. Throws
   * `POINT_NOT_FOUND`, `NOT_REPEATABLE`, `LEASE_HELD`, `NOT_FOUND`, …
   */
  rewind(stateId: string, point: TimelinePoint, options?: RewindOptions): Promise<TimelinePlan>;
  /**
   * Copies a run up to a point into a new one, which is paused and knows where it comes from. The original is only read; nobody needs
   * to let go of it. Durable when it resolves. Throws `POINT_NOT_FOUND`, `NOT_REPEATABLE`, `ALREADY_EXISTS`, `NOT_FOUND`, …
   */
  fork(stateId: string, options?: ForkOptions): Promise<ForkResult>;
  /** What `rewind` would do; takes no lease and changes nothing. Throws `POINT_NOT_FOUND`, `NOT_FOUND`, … */
  plan(stateId: string, point: TimelinePoint): Promise<TimelinePlan>;
  /**
   * Resumes every run that can go on and that nobody holds: whose sleep is over, whose wait has run out of time, that has unread answers, or that was
   * left in the middle, because its process died or something was refused; each with the actor its root is called after. Paused and interrupted runs are
   * left alone, unless `stateIds` names them. Call it now and then, in one process or in many. Throws `INVALID_OPTION`.
   */
  wake(actors: WakeActors, options?: WakeOptions): Promise<WokenRun[]>;
  /** Runs by what is known of them without reading a journal, newest first, a page at a time (rule S4). Throws `INVALID_OPTION`. */
  list(query?: RunQuery): Promise<ListPage>;
  /** What is known of a run without reading its journal; undefined if there is no such run. */
  head(stateId: string): Promise<StateHead | undefined>;
  /**
   * A run as one file: its records byte for byte, those a rewind has hidden too, and the contents they name. The same for the same
   * records, whoever exports them. Takes no lease. Throws `NOT_FOUND`, `CORRUPT`, …
   */
  export(stateId: string, options?: ExportOptions): Promise<Uint8Array>;
  /**
   * Makes a run of a file, whole or not at all. A hand-off becomes the run itself, which goes on here; anything else becomes a
   * fork under a new id, or the one given; with the id of the exported run itself a copy of it, for those who restore a backup:
   * nothing keeps both from going on. Throws `INVALID_OPTION` for what is no exported run, `CORRUPT`, `INCOMPATIBLE`,
   * `ALREADY_EXISTS`, `LIMIT`.
   */
  import(bytes: Uint8Array, options?: ImportOptions): Promise<ImportedRun>;
  /**
   * Moves a run: seals it here for ever and gives it as one file. Every verb that would extend it here throws `SEALED`; `export` gives the
   * file again. Only importing that file, or a later hand-off of the same run, back here lets it go on here. Within one backend it
   * is imported once; two stores cannot know of each other, so whoever has the file must see to it that it is imported in one
   * place. `LeaseHeldError` if somebody holds the run.
   */
  handOff(stateId: string, options?: HandOffOptions): Promise<Uint8Array>;
  /** Removes a run for good; `LeaseHeldError` if somebody holds it. */
  delete(stateId: string): Promise<void>;
  /** Closes every open run of this Reprise, and its backend. Idempotent. */
  close(): Promise<void>;
}
