import type { ExecutionEvent } from "../events/execution-event.ts";
import { isLeaf } from "../history/call-node.ts";

/** What the events of one call add up to. Immutable: an event makes a new one. */
export interface CallFacts {
  /** `retrying` waits for its next attempt, `awaiting` for an answer or a time, `interrupted` for the run to be resumed. */
  readonly status: "running" | "retrying" | "awaiting" | "completed" | "failed" | "cancelled" | "interrupted";
  /** Number of the present or last attempt, from 1; 0 if unknown. */
  readonly attempt: number;
  readonly maxAttempts: number | undefined;
  /** When the present status began, in ms since the epoch. */
  readonly since: number | undefined;
  /** When the next attempt is due, while retrying, or interrupted then; when a wait or sleep is over, while awaiting. */
  readonly dueAt: number | undefined;
  /** Delay before the next attempt, in ms. */
  readonly delayMs: number;
  /** Attempts and the delays between them, as far as they are over, in ms; time between processes is not in it. */
  readonly spentMs: number;
  /** Time in the handler: attempts alone, without an attempt that left no outcome, in ms. */
  readonly workMs: number;
  /** Delays asked for, in ms. */
  readonly backoffMs: number;
  /** How often a retry was scheduled: events of status `retrying`. */
  readonly retryEvents: number;
  /** How many of the scheduled retries began. */
  readonly retryAttempts: number;
}

/** A call of which no event was seen. */
export const noFacts: CallFacts = {
  status: "running",
  attempt: 0,
  maxAttempts: undefined,
  since: undefined,
  dueAt: undefined,
  delayMs: 0,
  spentMs: 0,
  workMs: 0,
  backoffMs: 0,
  retryEvents: 0,
  retryAttempts: 0,
};

/**
 * The facts of a call after an event of its own. Whatever else the object holds is kept.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { factsAfter, noFacts } from "@reprise/core/spi";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * const facts = state.history.events().reduce(factsAfter, noFacts);
 * console.log(facts.status, facts.attempt); // completed 1
 * ```
 */
export function factsAfter<Facts extends CallFacts>(facts: Facts, event: ExecutionEvent): Facts {
  return { ...facts, attempt: event.attempt, maxAttempts: event.maxAttempts ?? facts.maxAttempts, since: event.at, dueAt: undefined, ...changed(facts, event) };
}

function changed(before: CallFacts, event: ExecutionEvent): Partial<CallFacts> & Pick<CallFacts, "status"> {
  switch (event.status) {
    case "started": {
      const afterRetry = before.status === "retrying" || (before.status === "interrupted" && before.dueAt !== undefined);
      return {
        status: "running",
        spentMs: before.spentMs + (before.status === "retrying" ? waited(before, event.at) : 0),
        retryAttempts: before.retryAttempts + (afterRetry ? 1 : 0),
      };
    }
    case "completed":
    case "failed":
    case "cancelled":
      return { status: event.status, ...ended(before, event) };
    case "retrying": {
      const delayMs = Math.max(0, event.delayMs ?? 0);
      return { status: "retrying", dueAt: event.dueAt, delayMs, backoffMs: before.backoffMs + delayMs, retryEvents: before.retryEvents + 1 };
    }
    case "interrupted":
      return { status: "interrupted", ...interrupted(before, event) };
    case "rejected":
      return { status: "awaiting", dueAt: before.dueAt, since: before.since };
    case "awaiting":
      return { status: "awaiting", dueAt: event.dueAt };
  }
}

/** How long a call in backoff has really waited: not longer than asked for, however long no process was there to wait. */
function waited(before: CallFacts, now: number): number {
  return Math.min(Math.max(0, now - (before.since ?? now)), before.delayMs);
}

/** The attempt of a leaf is over, and so is the wait for the next one; code and pauses go on in the same attempt. */
function interrupted(before: CallFacts, event: ExecutionEvent): Partial<CallFacts> {
  if (before.status === "retrying") return { dueAt: before.dueAt, spentMs: before.spentMs + waited(before, event.at) };
  return isLeaf(event.type) ? ended(before, event) : {};
}

function ended(before: CallFacts, event: ExecutionEvent): Pick<CallFacts, "spentMs" | "workMs"> {
  const measured = (before.status === "running" || before.status === "awaiting") && before.since !== undefined ? event.at - before.since : 0;
  // A call that is cancelled while it waits has no attempt of its own to add: the failed one is counted.
  const tookMs = before.status === "retrying" ? 0 : Math.max(0, event.executionTimeMs ?? measured);
  const waitedMs = before.status === "retrying" ? waited(before, event.at) : 0;
  return { spentMs: before.spentMs + waitedMs + tookMs, workMs: before.workMs + tookMs };
}
