import type { ErrorRecord } from "../values/error-record.ts";
import type { PlainData } from "../ports/retry.ts";
import type { EventType, ExecutionStatus } from "./event-type.ts";
import type { InterruptSignal } from "./interrupt-signal.ts";

/**
 * One thing that happened to a call: immutable, the same live and restored.
 * A call with one failure leaves `started, failed, retrying, started, completed`.
 */
export interface ExecutionEvent {
  /** Position in the journal, from 1. Grows by time; unique within a run. */
  readonly seq: number;
  readonly stateId: string;
  readonly status: ExecutionStatus;
  /** `research::fetch[doc-7]::tool_call` */
  readonly address: string;
  readonly type: EventType;
  /** Name of the actor, group or branch. */
  readonly name: string;
  /** Seq of the call's first event: names the call itself, also where an address is used again by a later attempt of its parent. */
  readonly call: number;
  /** `call` of the enclosing call; undefined at the top of the run. */
  readonly parent: number | undefined;
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** An old event, published again (rule R6). Absent on what is new. */
  readonly isReplayed?: true;
  /** On completed, failed and cancelled, and on interrupted in an attempt: how long this attempt ran, in ms. */
  readonly executionTimeMs?: number;
  /** On failed, and on the retrying that follows: what was thrown. */
  readonly error?: ErrorRecord;
  /** On completed: the value was given by a fork, no handler ran. */
  readonly pinned?: true;
  /** On failed: no further attempt follows by itself. */
  readonly final?: boolean;
  /** On retrying: the delay before the next attempt, in ms; on awaiting: how long a sleep or a wait is to last at most. */
  readonly delayMs?: number;
  /** On retrying: when the next attempt is due, in ms since the epoch; on awaiting: when the sleep or the wait is over, if ever. */
  readonly dueAt?: number;
  /** On started and retrying, where known: how many attempts the call's budget has. */
  readonly maxAttempts?: number;
  /** On retrying: the configuration of the retry policy that decided. */
  readonly retryConfig?: PlainData;
  /** On started: why an agent, branch or group that had ended was opened again; `changed`: the items of a group, or its actor, are others. */
  readonly opening?: "retry" | "recovery" | "changed";
  /** On the started event of a group: how many items it has and how many may run at once. */
  readonly group?: { readonly size: number; readonly maxWorkers: number };
  /** On cancelled, interrupted and rejected: why. */
  readonly reason?: string;
  /** On the first started event of a call, and where a pass brought another one: its recorded input, decoded anew at each access. */
  readonly input?: unknown;
  /** On completed: the recorded result, decoded anew at each access. */
  readonly value?: unknown;
  /** On awaiting, of a wait: what whoever answers is shown, decoded anew at each access. */
  readonly prompt?: unknown;
}

/**
 * A run was rewound: of the records before this one only those in `visible` still count. What comes after is a new timeline.
 * Streams give it between events if they are asked to; it is none, and no history lists it.
 */
export interface TimelineCut {
  readonly status: "cut";
  /** Position in the journal, in one order with the events. */
  readonly seq: number;
  readonly stateId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Seqs from the first to the last, both included; rising. */
  readonly visible: readonly (readonly [from: number, to: number])[];
}

/** What a stream gives: events, and cuts if they are asked for. */
export type StreamItem = ExecutionEvent | TimelineCut;

/** A completed call was reused from the record: its handler did not run. A notice, not a record. */
export interface RecoveredNotice {
  readonly stateId: string;
  readonly address: string;
  readonly type: EventType;
  readonly name: string;
  readonly call: number;
  readonly parent: number | undefined;
  /** `completed`, or `failed`/`cancelled` where a recorded failure is replayed. */
  readonly status: ExecutionStatus;
  /** How many attempts the record took. */
  readonly attempts: number;
  /** Recorded execution time that was not spent again, in ms; of an agent or group, that of the leaves below it. */
  readonly savedMs: number;
  /** When it was reused, in ms since the epoch. */
  readonly at: number;
  /** The input asked for is not the recorded one (rule R8). */
  readonly inputChanged: boolean;
  /** The actor's version is not the recorded one. */
  readonly versionChanged: boolean;
}

/** Something a person may want to know. `code` is stable. */
export interface LogNotice {
  readonly stateId: string;
  readonly level: "info" | "warn" | "error";
  /** e.g. `INPUT_CHANGED`, `OUTER_CONTEXT_IN_BRANCH`, `SUBSCRIBER_FAILED`, `LATE_RESULT_DROPPED`, `UNVISITED`, `RESUME_CONTINUED`, `ACTOR_LOG` */
  readonly code: string;
  readonly message: string;
  readonly address?: string;
  readonly at: number;
  readonly error?: ErrorRecord;
  /** What `ctx.log` was given beside the message. */
  readonly data?: unknown;
}

/** How far a group has come. What has begun is what runs and what has ended; what is left of its size has not. */
export interface GroupNotice {
  readonly stateId: string;
  readonly address: string;
  readonly call: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly size: number;
  /** Branches at work; one whose outcome comes from the record is not among them. */
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Of the completed ones, how many came from the record. */
  readonly recovered: number;
}

/** A checkpoint was recorded. */
export interface CheckpointNotice {
  readonly stateId: string;
  readonly seq: number;
  readonly at: number;
  readonly status: string;
  /** By `autoCheckpoint`. */
  readonly automatic?: true;
}

/** The run was interrupted: told once, when what is to be known of its checkpoint is known. */
export interface InterruptNotice {
  readonly stateId: string;
  readonly at: number;
  readonly signal: InterruptSignal;
  /**
   * `saved`: the run can be resumed from it, as durably as its backend stores. Else why there is none: it was not asked for, there is no
   * backend and the run is gone with the process, or it could not be stored (`error`).
   */
  readonly checkpoint: "saved" | "not_asked_for" | "no_backend" | "failed";
  /** Seq of the checkpoint. */
  readonly seq?: number;
  /** How many calls were open. */
  readonly openCalls: number;
  readonly error?: ErrorRecord;
}

/** What can be subscribed to, and what each topic carries. */
export interface Topics {
  readonly event: ExecutionEvent;
  readonly recovered: RecoveredNotice;
  readonly log: LogNotice;
  readonly group: GroupNotice;
  readonly checkpoint: CheckpointNotice;
  readonly interrupt: InterruptNotice;
}
/** The name of a topic. */
export type Topic = keyof Topics;

/** Every topic. */
export const topics: readonly Topic[] = ["event", "recovered", "log", "group", "checkpoint", "interrupt"];
