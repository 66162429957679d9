import type { EventType, ExecutionStatus } from "../events/event-type.ts";
import type { ExecutionEvent } from "../events/execution-event.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import type { CallQuery, EventQuery } from "./history-query.ts";

/** One call as the history knows it: a snapshot, not updated. */
export interface CallSummary {
  /** Seq of its first event. */
  readonly call: number;
  /** `call` of the enclosing call; undefined at the top of the run. */
  readonly parent: number | undefined;
  readonly address: string;
  readonly type: EventType;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch; undefined while it is open. */
  readonly endedAt: number | undefined;
  readonly error: ErrorRecord | undefined;
  /** Decoded anew at each access. */
  readonly input: unknown;
  /** Decoded anew at each access; undefined unless completed. */
  readonly value: unknown;
}

/** What happened in a run, by time and by address, as its present timeline shows it. */
export interface History {
  /** Seq of the last record. */
  readonly lastSeq: number;
  /** The run was handed off: it goes on elsewhere, and nothing more comes here. */
  readonly sealed: boolean;
  /** The events from a seq on (default 1), or those a query asks for, in order. Throws `INVALID_OPTION`, naming the option. */
  events(query?: number | EventQuery): ExecutionEvent[];
  /** The latest call with this address. */
  get(address: string): CallSummary | undefined;
  /** The calls that a query asks for (default: every one), in the order of their first events. Throws `INVALID_OPTION`, naming the option. */
  calls(query?: CallQuery): CallSummary[];
}
