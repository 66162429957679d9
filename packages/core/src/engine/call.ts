import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Actor } from "../actors/actor.ts";
import type { CallPolicy } from "../actors/call-policy.ts";
import type { EventType } from "../events/event-type.ts";
import type { CallNode } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { RetryPolicy } from "../ports/retry.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import type { Engine } from "./engine.ts";
import type { Scope } from "./scope.ts";
import type { StorageView } from "./storage-view.ts";

/** What is called: an actor, a group or a branch; or a wait or a sleep. */
export interface CallSpec {
  readonly type: EventType;
  readonly name: string;
  /** Undefined for groups and branches. */
  readonly actor: Actor<never, unknown> | undefined;
  /** Applied to the recorded value each time it is given to the caller; of a group, to each item of it. */
  readonly outputSchema: StandardSchemaV1 | undefined;
  /** Of agents, groups and branches: the code. Leaves run their actor's handler, pauses run nothing. */
  readonly code: ((input: unknown, scope: Scope) => unknown) | undefined;
  /** Of groups and branches that call one actor: that actor. */
  readonly work?: Actor<never, unknown> | undefined;
  /** Of the groups of `parallel`, and of their branches: what tells the code of each task, by position. */
  readonly tasks?: readonly TaskCode[];
  /** Of groups: how many branches may run at once. */
  readonly workers?: number;
  /** Of groups: which records stand for which position, where its code does not run. */
  readonly branchesOf?: (group: CallNode) => readonly (CallNode | undefined)[];
  /** Of waits and sleeps: what ends them. */
  readonly pause?: PauseSpec;
}

/** What tells the code of a task of `parallel`. */
export interface TaskCode {
  /** Of its function's text; empty if it has none. */
  readonly fingerprint: string;
  /** It has a name, and is the same task whatever its function. */
  readonly named: boolean;
}

/** What ends a wait or a sleep. */
export interface PauseSpec {
  /** A sleep for so long, or the limit of a wait, in ms. */
  readonly delayMs?: number;
  /** A sleep until then, in ms since the epoch. */
  readonly until?: number;
  /** Of a wait: what whoever answers is shown. */
  readonly prompt?: EncodedValue;
  /** Of a wait: what its caller gets when its limit is over; a failure without it. */
  readonly fallback?: { readonly encoded: EncodedValue | undefined; readonly live: unknown };
}

/** How an attempt ended. */
export type AttemptOutcome = { readonly value: unknown } | { readonly error: unknown };

/** What a caller passes and is told. */
export interface CallRequest {
  readonly spec: CallSpec;
  readonly input: EncodedValue | undefined;
  readonly policy: CallPolicy;
  /** As it stands in the address. */
  readonly key: string | undefined;
  /** The call that `execute` began. */
  readonly root?: boolean;
  /** Of branches: their position in the group's recorded input, and whether the group names them by keys. */
  readonly branch?: { readonly recordedPosition: number | undefined; readonly keyed: boolean };
  readonly onValue: (value: unknown, call: Call) => void;
  readonly onError: (error: Error, call: Call | undefined) => void;
  /** Its outcome is released after it was dropped: it had been recorded by then, so the record tells of it (rule P1). */
  readonly onDropped?: (outcome: { readonly value: unknown } | { readonly error: Error }, call: Call) => void;
}

/**
 * One use of an actor, group or branch by running code. `open` until its outcome has been released to the caller;
 * `dropped` once nothing of it may be recorded any more.
 */
export class Call {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly request: CallRequest;
  readonly spec: CallSpec;
  state: "open" | "released" | "dropped" = "open";
  /** Set as soon as its first record is appended. */
  node!: CallNode;
  /** Of code that is opened again: records that were last touched before this are not reported as unvisited. */
  askedFrom = 0;
  /** Its handler or code ran in this process. */
  ran = false;
  /** The outcome came from the record. */
  replayed = false;
  /** Its value was given by a fork. */
  pinned = false;
  inputChanged = false;
  versionChanged = false;
  /** Set if the call was told to end before its time. */
  abortReason: Error | undefined;
  /** How the present phase (backoff, attempt) ends early. */
  onAbort: ((reason: Error) => void) | undefined;
  /** Of a leaf: its handler is running, or its output schema. */
  atWork = false;
  /** Of a leaf: seq of the record that opened the attempt whose handler was begun last in this process. */
  handled = 0;
  /** Ends the timer of an attempt that is dropped. */
  onDrop: (() => void) | undefined;
  /** The scope of its code while an attempt runs. */
  inner: Scope | undefined;
  /** Of a group whose code runs: its branches by position; undefined for one that has not begun. */
  branches: (() => readonly (CallNode | undefined)[]) | undefined;
  /** What the caller gets, where that is not decoded from the record. */
  live: { readonly value: unknown } | undefined;
  /** Its attempt runs beside its record: takes its end, which is then neither recorded nor retried (rule R5). */
  beside: ((outcome: AttemptOutcome, storage: StorageView) => void) | undefined;
  /** What the caller gets instead of what is recorded (rule R5, `inputs: "live"`). */
  current: { readonly value: unknown; readonly writes: readonly StorageWrite[] } | { readonly error: Error } | undefined;
  /** The promise the caller holds, if it holds one. */
  promise: Promise<unknown> | undefined;
  /** The timer of its `timeoutMs` has fired, whatever the clock says: timers may be early, and clocks go back. */
  outOfTime = false;
  /** Made when the first attempt fails. */
  retryPolicy: RetryPolicy | false | undefined;

  constructor(scope: Scope, request: CallRequest) {
    this.engine = scope.engine;
    this.scope = scope;
    this.request = request;
    this.spec = request.spec;
  }

  /** Has an outcome been appended? It is then closed, never cancelled (rule I1). */
  get outcomeRecorded(): boolean {
    return this.node !== undefined && this.node.state !== "open" && this.node.state !== "retrying";
  }

  /** What its handler or code gets, encoded. */
  get given(): EncodedValue | undefined {
    return this.engine.validation?.live === true ? this.request.input : this.node.input;
  }

  abort(reason: Error): void {
    if (this.state !== "open" || this.abortReason !== undefined || this.outcomeRecorded) return;
    this.abortReason = reason;
    this.onAbort?.(reason);
  }

  /** Nothing of this call may be recorded or released any more. */
  drop(reason: Error): void {
    if (this.state !== "open") return;
    this.state = "dropped";
    if (this.atWork) this.engine.interruption.settled(this);
    this.scope.open.delete(this);
    this.onDrop?.();
    const onAbort = this.abortReason === undefined ? this.onAbort : undefined;
    this.abortReason ??= reason;
    onAbort?.(reason);
    this.quiet();
    this.request.onError(reason, this);
  }

  /** The caller may have stopped listening: a rejection for the end of the scope is not an unhandled one. */
  quiet(): void {
    this.promise?.catch(() => undefined);
  }
}
