import type { Verbs } from "../actors/context.ts";
import type { RetrySettings } from "../actors/call-policy.ts";
import type { EventFeed, StreamOptions } from "../events/event-stream.ts";
import type { StateStatus } from "../events/event-type.ts";
import type { InterruptChecker, InterruptOptions, InterruptSignal } from "../events/interrupt-signal.ts";
import type { Topic, Topics } from "../events/execution-event.ts";
import type { Lineage } from "../history/fold.ts";
import type { History } from "../history/history.ts";
import type { StateSnapshot } from "../snapshots/state-snapshot.ts";
import type { ReuseSummary } from "../engine/reuse-tally.ts";
import type { ValidationReport } from "../validation/validation-report.ts";

/** What is known of a run beside its history. Fields of your own are kept too, if they can be recorded. */
export interface StateMetadata {
  readonly pipelineName?: string;
  readonly tags?: readonly string[];
  readonly parentStateId?: string;
  readonly [field: string]: unknown;
}

/** What `saveCheckpoint` takes. */
export interface CheckpointOptions {
  /** Default: the present status. A resting status (anything but `running`) gives the lease back. */
  readonly status?: StateStatus;
  /** Merged shallowly into the run's metadata; `tags` replace. Default: it stays as it is. */
  readonly metadata?: StateMetadata;
}

/** A run in this process: its verbs, its storage and its history. */
export interface ExecutionState extends Verbs, AsyncDisposable {
  readonly stateId: string;
  readonly status: StateStatus;
  readonly metadata: StateMetadata;
  readonly history: History;
  /** Where the run comes from, if it is a fork; else null. */
  readonly lineage: Lineage | null;
  /** The address the run was loaded to resume from, until a call with it is made; then null. */
  readonly resumeFrom: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** What this handle reused and what it ran, so far. */
  readonly reuse: ReuseSummary;
  /** Publishes the recorded events of the run once more on `event`, in order, each with `isReplayed: true` (rule R6). */
  republish(): void;
  /** Of a run loaded with mode VALIDATION: what was found so far. What the code never asked for is known once this handle is closed. */
  readonly validation: ValidationReport | undefined;
  /** The retry settings of the run that are in force: those it was opened with, else the recorded ones (rule T1). */
  readonly retrySettings: RetrySettings;
  /** Subscribes to a topic; gives the function that ends the subscription (rule H5). */
  on<T extends Topic>(topic: T, handler: (message: Topics[T]) => void | Promise<void>): () => void;
  /**
   * The events of the run, first what is recorded, then as they are acknowledged, for any number of consumers: a slow one holds
   * up nothing and misses nothing. The stream ends when this handle lets go of the run: it rests, is closed, or has
   * stopped. Throws `INVALID_OPTION`.
   *
   * @example
   * ```ts
   * import { createReprise, tool } from "@reprise/core";
   *
   * const double = tool({ name: "double", run: (value: number) => value * 2 });
   * const state = await createReprise().create();
   * void state.run(double, 21).then(() => state.close());
   * for await (const { status, address } of state.events()) console.log(status, address);
   * ```
   */
  events(options?: StreamOptions): EventFeed;
  /** Records the status and metadata; resolves with the seq of the record once it is durable (rule S3). */
  saveCheckpoint(options?: CheckpointOptions): Promise<number>;
  /**
   * Interrupts the run (rule I2): nothing new begins, `signal` of every call is aborted, what handlers of tools and llms give within
   * `graceMs` is recorded, every verb rejects with `ExecutionInterruptedError`, and the run is checkpointed as interrupted and goes on
   * when it is resumed. The first interrupt wins: true if it was this one, false if the run had ended, was interrupted before, or rests.
   * Throws `INVALID_OPTION`.
   */
  interrupt(options?: InterruptOptions): boolean;
  /**
   * Stops the run at the next safe point: nothing new begins, and nothing is aborted; once the handlers of tools and llms that are at work
   * have ended, however long they take, every verb rejects with `ExecutionPausedError`, and the run is checkpointed as paused. It
   * goes on when it is loaded or resumed. True if this was what paused it. Can still be interrupted meanwhile.
   */
  pause(): boolean;
  /** What the run was interrupted with, in this process or, if it has not gone on since, before; else null. */
  readonly interruption: InterruptSignal | null;
  /**
   * Interrupts the run with the reason `timeout` when so much time has passed from now, in ms; replaces the deadline it had, `null`
   * removes it. Not recorded: a resumed run has the deadline that it is resumed with. Throws `INVALID_OPTION`.
   */
  setDeadline(deadlineMs: number | null, options?: { readonly message?: string }): void;
  /** Asks this instead of what was given before, at once and then every 100 ms; `null` ends it. Throws `INVALID_OPTION`. */
  setInterruptChecker(checker: InterruptChecker | null): void;
  /**
   * The run folded up to a position: the seq of a checkpoint or of any other record. Default: all that is recorded by now,
   * acknowledged or not. Throws `INVALID_OPTION` for a position it does not have.
   */
  snapshot(at?: number): StateSnapshot;
  /**
   * Ends this handle: what is buffered is written and the lease is given back. Calls that are still open reject with code
   * `CLOSED` and stay open in the journal: the next load continues them. Idempotent.
   */
  close(): Promise<void>;
}
