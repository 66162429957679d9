import type { Segment } from "../address/address.ts";
import type { EventType } from "../events/event-type.ts";
import type { PlainData } from "../ports/retry.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import type { StorageWrite } from "../journal/journal-record.ts";

/** What the journal says of a call now. `retrying`: failed, another attempt is due; `unstarted`: a cut has made it so, only its place is left. */
export type CallState = "unstarted" | "open" | "retrying" | "completed" | "failed" | "cancelled";

/** Where a completed call's value is: its own, another call's, or its branches'. */
export type RecordedValue =
  | { readonly kind: "own"; readonly value: EncodedValue | undefined }
  | { readonly kind: "of"; readonly node: CallNode }
  | { readonly kind: "list"; readonly nodes: readonly CallNode[] };

/** One call, as the fold of its records. Changed by `fold` only. */
export interface CallNode {
  /** Seq of its first record: what other records call it by. */
  readonly id: number;
  /** Seq of the record with which it began: another one than its first where it began anew. */
  begun: number;
  readonly parent: CallNode | undefined;
  readonly address: string;
  readonly path: string;
  readonly type: EventType;
  readonly segment: Segment;
  /** Of the code of an agent, or of a task of `parallel`: that which began it, and of a task that which ended it. */
  fingerprint: string | undefined;
  /** Begun by `execute`. */
  readonly root: boolean;
  /** `repeatable: false`. */
  once: boolean;
  /** Seq of the cut in effect when it was first recorded; 0 if there was none. */
  timeline: number;
  readonly workers: number | undefined;
  readonly children: readonly CallNode[];

  state: CallState;
  /** Undefined for the value undefined. Of a group, the items it was last opened with. */
  input: EncodedValue | undefined;
  /** Hash of the input of the call that was given this record by name or key alone, once there were more of its name (rule A3). */
  givenTo: string | undefined;
  /** Of the actor that began it, and later of the one that ended it. */
  version: string | undefined;
  /** Number of the current or last attempt, from 1. */
  attempt: number;
  /** Failed attempts of the present budget; it starts anew after a terminal end. */
  failures: number;
  /** Attempts in a row that left no outcome. */
  lost: number;
  /** Seq of the record that opened the present attempt. */
  opening: number;
  openingKind: "first" | "retry" | "recovery" | "changed";
  /** Children recorded before this seq are not seen by the present opening. */
  visibleFrom: number;
  /** Seq of the last call its code issued. */
  lastIssued: number;
  /** Its failure ended the attempt of its parent in which it happened (rule R4). */
  endedParent: boolean;
  /** Its last failure came from a child: `through` was not empty. */
  failedThroughChild: boolean;
  /** Seq of the outcome; 0 while open. */
  endSeq: number;
  /** Times in ms since the epoch: the first start, the start of the budget, of the attempt, and the end. */
  startedAt: number;
  budgetAt: number;
  attemptAt: number;
  endedAt: number | undefined;
  value: RecordedValue | undefined;
  writes: readonly StorageWrite[];
  error: ErrorRecord | undefined;
  /** Why it was cancelled. */
  reason: string | undefined;
  /** It was open when the run was interrupted, and has not gone on since; `idle`: a leaf whose handler had not begun. */
  interrupted: "running" | "idle" | undefined;
  /** Of a failed group: its branches by position. */
  branches: readonly (CallNode | undefined)[] | undefined;
  /** The present attempt has run out of time: it ends with this limit passed. */
  expired: { readonly option: "timeoutMs" | "attemptTimeoutMs"; readonly limitMs: number } | undefined;
  /** While retrying, and of waits and sleeps while they are open. */
  dueAt: number | undefined;
  delayMs: number | undefined;
  maxAttempts: number | undefined;
  retryConfig: PlainData | undefined;
  /** Of a wait. */
  token: string | undefined;
  prompt: EncodedValue | undefined;
  /** Of a wait: the message that answered it. */
  message: string | undefined;
  /** Of code that a fork took over: the run and the seq that its chance is drawn for. */
  chance: readonly [stateId: string, seq: number] | undefined;
  /** Its value was given by a fork: no handler ran. */
  pinned: boolean;
  /** What its code was told by `now()`, in order. */
  times: RecordedTime[] | undefined;
}

/** A time that code was given. */
export interface RecordedTime {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Leaves do work; agents, groups and branches are code that calls; pauses are neither. */
export function isLeaf(type: EventType): boolean {
  return type === "tool_call" || type === "llm_call";
}

/** Waits and sleeps: nothing runs, something outside or the clock ends them. */
export function isPause(type: EventType): boolean {
  return type === "wait_call" || type === "sleep_call";
}
