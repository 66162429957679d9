import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Actor } from "./actor.ts";
import type { Artifacts } from "./artifacts.ts";
import type { CallPolicy } from "./call-policy.ts";
import type { Group, GroupOptions, MapOptions, MapWork, ParallelOutcome, ParallelResults, ParallelTasks, StreamedOutcome } from "./groups.ts";

/** Options of one call. */
export interface CallOptions extends CallPolicy {
  /**
   * Names this use of the actor within its scope, so that it finds its record whatever else the code now calls:
   * `fetch[doc-7]`. Any text; it is percent-encoded in the address. Default: none; uses of the same name are told apart by their input and order (rule A3).
   */
  readonly key?: string;
}

/** The input and options of a call: the input may be left out where the actor takes none. */
export type CallArguments<Input, Options> = undefined extends Input
  ? [input?: Input, options?: Options]
  : void extends Input
    ? [input?: Input, options?: Options]
    : [input: Input, options?: Options];

/** What `try` gives: an actor's failure as a value. */
export type TryResult<Output> = {
  readonly address: string;
  /** The outcome came from the record; the handler did not run. */
  readonly replayed: boolean;
  readonly attempts: number;
  /** How long the attempt that led to this outcome ran, in ms (when it ran). */
  readonly executionTimeMs: number;
  /** Recorded execution time of the leaves that did not run again, in ms; 0 if not replayed. */
  readonly savedMs: number;
} & ({ readonly ok: true; readonly value: Output } | { readonly ok: false; readonly error: Error });

/** Options of `waitFor`. */
export interface WaitOptions<Answer, Output = Answer, Default = Output> {
  /** Any Standard Schema: an answer that it refuses is recorded as rejected, and the wait goes on. Default: anything is an answer. */
  readonly schema?: StandardSchemaV1<Answer, Output>;
  /** What whoever answers is shown; anything that can be recorded. Default: nothing. */
  readonly prompt?: unknown;
  /** Limit of the wait, in ms from when it was first asked; goes on while no process runs. Default: none. */
  readonly timeoutMs?: number;
  /** What the wait gives when the limit is over, as it is; also `undefined`, if it is given. Default: the wait fails with a `TimeoutError`. */
  readonly default?: Default;
  /** Names this wait within its scope, like the key of a call. Default: none. */
  readonly key?: string;
}

/** Options of `sleep`. */
export interface SleepOptions {
  /** Names this sleep within its scope, like the key of a call. Default: none. */
  readonly key?: string;
}

/** Values shared by the calls of a run; recorded with the outcome of the call that wrote them (rule S1). */
export interface Storage {
  /** The value as a fresh copy; undefined if there is none. */
  get<T = unknown>(key: string): T | undefined;
  /** Whether there is a value under this key. */
  has(key: string): boolean;
  /** Throws `NOT_ENCODABLE` at once if the value cannot be recorded. */
  set(key: string, value: unknown): void;
  /** Adds to a number (absent counts as 0); merges as a sum, so branches side by side can count together. */
  add(key: string, amount: number): void;
  /** Removes the value; nothing happens if there is none. */
  delete(key: string): void;
  /** Every key that has a value. */
  keys(): string[];
}

/** The verbs of agents and of an `ExecutionState`. */
export interface Verbs {
  /**
   * Calls an actor and gives its value; reuses the recorded outcome if there is one.
   * Throws `ActorFailedError` with the cause if the actor failed for good.
   */
  run<Input, Output>(actor: Actor<Input, Output>, ...rest: CallArguments<Input, CallOptions>): Promise<Output>;
  /** Like `run`, but an actor's failure is a value. Refusals and storage errors still throw. */
  try<Input, Output>(actor: Actor<Input, Output>, ...rest: CallArguments<Input, CallOptions>): Promise<TryResult<Output>>;
  /** Runs an actor or a function once per item, `maxWorkers` at a time; results by position (rule P1). */
  map<Item, Output>(name: string, items: readonly Item[], work: MapWork<Item, Output>, options?: MapOptions<Item>): Group<Output[], StreamedOutcome<Output>>;
  /**
   * Runs functions side by side, `maxWorkers` at a time, each with a context of its own; gives their results as a tuple, or under the
   * same names. Names keep a branch with its record when tasks are added or removed; what a function closes over is not
   * recorded, so tasks that are made of data belong into `map`.
   *
   * @example
   * ```ts
   * import { agent, createReprise, tool } from "@reprise/core";
   *
   * const countWords = tool({ name: "count_words", run: (page: string) => page.split(" ").length });
   * const countLines = tool({ name: "count_lines", run: (page: string) => page.split("\n").length });
   * const inspect = agent({
   *   name: "inspect",
   *   run: async (page: string, context) => {
   *     const { words, lines } = await context.parallel("page", {
   *       words: (branch) => branch.run(countWords, page),
   *       lines: (branch) => branch.run(countLines, page),
   *     });
   *     return `${words} words, ${lines} lines`;
   *   },
   * });
   * const outcome = await createReprise().execute(inspect, "one two\nthree");
   * console.log(outcome.status === "completed" && outcome.value); // 2 words, 2 lines
   * ```
   */
  parallel<const Tasks extends ParallelTasks>(name: string, tasks: Tasks, options?: GroupOptions): Group<ParallelResults<Tasks>, ParallelOutcome<Tasks>>;
  /**
   * Waits for so many ms, or until a date. When it is over is recorded: after a restart only the rest is waited, a date that has
   * passed not at all (rule I5).
   */
  sleep(duration: number | Date, options?: SleepOptions): Promise<void>;
  /**
   * Waits for an answer from outside, given with `reprise.answer` before, during or after the wait (rules I3, I4). When nothing else moves
   * the run is suspended: `execute` gives `awaiting`, and the run goes on once it is resumed. Throws `TimeoutError` when
   * `timeoutMs` is over and there is no `default`. At the top of a run driven by hand it throws `ExecutionAwaitingError`
   * while there is no answer.
   */
  waitFor<Answer = unknown, Output = Answer>(name: string, options: WaitOptions<Answer, Output, undefined> & { readonly default: undefined }): Promise<Output | undefined>;
  waitFor<Answer = unknown, Output = Answer, Default = Output>(name: string, options?: WaitOptions<Answer, Output, Default>): Promise<Output | Default>;
  /** Milliseconds since the epoch; recorded, so that code which is run again is told the same time. */
  now(): number;
  /** Uniform in [0, 1); the same where the code is run again, other in another run. Not for secrets: it can be computed from the run's id. */
  random(): number;
  /** A UUID (version 8); the same where the code is run again, other in another run. Not for secrets, like `random`. */
  uuid(): string;
  readonly storage: Storage;
  readonly artifacts: Artifacts;
}

/** What is common to the context of leaves and agents. */
export interface CallContext {
  /** Aborted with the reason when the call must end: a timeout, its parent's end, an interruption. Made when first read. */
  readonly signal: AbortSignal;
  /** From 1; grows over retries, restarts and recovery. */
  readonly attempt: number;
  readonly address: string;
  /** Tells whoever watches; never recorded. */
  log(message: string, data?: unknown): void;
}

/** What the handler of a `tool` or `llm` gets beside its input. */
export interface LeafContext extends CallContext {
  /** The same for every attempt of this call, also after a restart: give it to services that deduplicate. */
  readonly idempotencyKey: string;
  readonly storage: Storage;
  readonly artifacts: Artifacts;
}

/** What the handler of an `agent`, and the function of a branch, gets beside its input. */
export interface AgentContext extends CallContext, Verbs {}
