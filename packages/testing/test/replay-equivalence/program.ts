// What a random agent program is: plain data, so that it can be printed, shrunk and run again. Every block is a list of
// steps that work on one text, `last`; tools put their name and input into what they return, so that any mispairing of a
// call with another call's record shows in the end.

/** Where an input comes from: the constant `in<n>`, or the text at hand. */
export type Source = number | "last";

export interface ToolSpec {
  readonly name: string;
  /** How often it fails before it succeeds, per address; Infinity: always. */
  readonly failures: number;
  /** Attempts of its budget. */
  readonly attempts: number;
  /** Whether it waits before it is retried. */
  readonly delayed: boolean;
  readonly ignoresAbort: boolean;
  /** What it writes to the storage at its end: its output behind the log, or one more to the count. */
  readonly writes: "nothing" | "log" | "count";
  /** `repeatable: false`. */
  readonly once: boolean;
  readonly version?: string;
}

export interface AgentSpec {
  readonly name: string;
  readonly attempts: number;
  readonly delayed: boolean;
  readonly timeoutMs: number | undefined;
  readonly retryChildren: "auto" | "reuse" | "afresh";
  /** Attempts up to this one fail by themselves once the body is done. */
  readonly ownFailures: number;
  readonly body: Block;
}

export type Block = readonly Step[];

export interface CallStep {
  readonly kind: "call";
  readonly verb: "run" | "try";
  readonly tool: number;
  readonly input: Source;
  readonly key: number | undefined;
  /** Of the whole call. */
  readonly timeoutMs: number | undefined;
}
export interface AgentStep {
  readonly kind: "agent";
  readonly verb: "run" | "try";
  readonly agent: AgentSpec;
  readonly input: Source;
  readonly key: number | undefined;
}
/** `Promise.all(inputs.map((input) => context.run(tool, input)))` */
export interface ListStep {
  readonly kind: "list";
  readonly tool: number;
  readonly inputs: readonly Source[];
  readonly keyed: boolean;
}
/** `Promise.all`, `race` or `any` of helper functions. */
export interface ArmsStep {
  readonly kind: "all" | "race" | "any";
  readonly arms: readonly Block[];
}
/** The body runs in those rounds in which the text at hand is even. */
export interface LoopStep {
  readonly kind: "loop";
  readonly rounds: number;
  readonly body: Block;
}
export interface CatchStep {
  readonly kind: "catch";
  readonly body: Block;
  readonly rescue: Block;
  /** After the rescue: go on, throw the same, throw another error with it as cause, or another without. */
  readonly then: "go on" | "rethrow" | "wrap" | "bare";
}
export interface LogStep {
  readonly kind: "log";
}
export interface CountStep {
  readonly kind: "count";
  readonly amount: number;
}
export interface ReadStep {
  readonly kind: "read";
}
/** Chooses by the storage. */
export interface WhenStep {
  readonly kind: "when";
  readonly odd: Block;
  readonly even: Block;
}
export interface MapStep {
  readonly kind: "map";
  readonly name: string;
  readonly items: readonly number[];
  readonly keyed: boolean;
  readonly workers: number;
  readonly errors: "fail_slow" | "fail_fast";
  /** A tool, or what a branch does. */
  readonly work: number | Block;
  /** Of the whole group. */
  readonly timeoutMs?: number;
  /** Its outcomes are taken one by one. */
  readonly stream?: StreamUse;
}
/** `parallel` of an array of functions, or of an object that names them. */
export interface ParallelStep {
  readonly kind: "parallel";
  readonly name: string;
  readonly tasks: readonly Block[];
  readonly named: boolean;
  readonly workers: number;
  readonly errors: "fail_slow" | "fail_fast";
  readonly timeoutMs?: number;
  readonly stream?: StreamUse;
}
/** `for await (const outcome of group.stream())` */
export interface StreamUse {
  /** Done before the stream is asked for. */
  readonly before: Block;
  /** Done with each outcome. */
  readonly each: Block;
  /** The loop is left after so many outcomes; undefined: never. */
  readonly leaveAfter: number | undefined;
  /** The group's result is awaited behind it. */
  readonly awaited: boolean;
}
/** A child nobody waits for. */
export interface SpawnStep {
  readonly kind: "spawn";
  readonly step: CallStep | AgentStep | MapStep | ParallelStep;
}

export interface SleepStep {
  readonly kind: "sleep";
  readonly ms: number;
  /** A delay, or until a date that is made of the recorded time. */
  readonly until: boolean;
}
export interface WaitStep {
  readonly kind: "wait";
  readonly name: number;
  readonly key: number | undefined;
  readonly timeoutMs: number | undefined;
  /** What it gives when it has run out of time, instead of a failure. */
  readonly fallback: boolean;
}

export type Step =
  | SleepStep
  | WaitStep
  | CallStep
  | AgentStep
  | ListStep
  | ArmsStep
  | LoopStep
  | CatchStep
  | LogStep
  | CountStep
  | ReadStep
  | WhenStep
  | MapStep
  | ParallelStep
  | SpawnStep;

export interface Program {
  readonly seed: number;
  readonly tools: readonly ToolSpec[];
  readonly root: AgentSpec;
}
