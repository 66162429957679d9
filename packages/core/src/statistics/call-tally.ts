import type { CallFacts } from "./call-facts.ts";

/**
 * Calls counted once each, whatever their number of attempts.
 * `total = completed + failed + cancelled + running + retrying + interrupted`;
 * `retriedCalls = recoveredAfterRetry + exhausted + cancelledAfterRetry + openAfterRetry`.
 */
export interface CallTally {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** In an attempt, or lost in one. */
  readonly running: number;
  /** Waiting for their next attempt. */
  readonly retrying: number;
  /** Open when the run was interrupted, and not gone on since. */
  readonly interrupted: number;
  /** How often a retry was scheduled: every failed attempt that another one was to follow. */
  readonly retryEvents: number;
  /** How many calls had at least one retry scheduled. */
  readonly retriedCalls: number;
  /** How many attempts after a scheduled retry have begun. */
  readonly retryAttempts: number;
  /** How many of the retried calls completed. */
  readonly recoveredAfterRetry: number;
  /** How many of the retried calls failed in the end: no attempt was left, or their last error is not one to retry. */
  readonly exhausted: number;
  readonly cancelledAfterRetry: number;
  /** How many of the retried calls are running, waiting for their next attempt, or were interrupted. */
  readonly openAfterRetry: number;
  /** completed / (completed + failed), from 0 to 1; undefined if none has ended so. */
  readonly successRate: number | undefined;
  /** retriedCalls / total, from 0 to 1; undefined if there are none. */
  readonly retryRate: number | undefined;
  /** Time in handlers: the sum of all attempts, in ms. */
  readonly workMs: number;
  /** Sum of all delays that were asked for, in ms. */
  readonly backoffMs: number;
}

/**
 * Counts calls.
 *
 * @example
 * ```ts
 * import { noFacts, tallyOf } from "@reprise/core/spi";
 *
 * const { total, running } = tallyOf([noFacts, { ...noFacts, status: "completed" }]);
 * console.log(total, running); // 2 1
 * ```
 */
export function tallyOf(calls: readonly CallFacts[]): CallTally {
  const having = (list: readonly CallFacts[], ...statuses: readonly CallFacts["status"][]): number => list.filter((call) => statuses.includes(call.status)).length;
  const sum = (of: (call: CallFacts) => number): number => calls.reduce((total, call) => total + of(call), 0);
  const retried = calls.filter((call) => call.retryEvents > 0);
  const completed = having(calls, "completed");
  const failed = having(calls, "failed");
  return {
    total: calls.length,
    completed,
    failed,
    cancelled: having(calls, "cancelled"),
    running: having(calls, "running"),
    retrying: having(calls, "retrying"),
    interrupted: having(calls, "interrupted"),
    retryEvents: sum((call) => call.retryEvents),
    retriedCalls: retried.length,
    retryAttempts: sum((call) => call.retryAttempts),
    recoveredAfterRetry: having(retried, "completed"),
    exhausted: having(retried, "failed"),
    cancelledAfterRetry: having(retried, "cancelled"),
    openAfterRetry: having(retried, "running", "retrying", "interrupted"),
    successRate: share(completed, completed + failed),
    retryRate: share(retried.length, calls.length),
    workMs: sum((call) => call.workMs),
    backoffMs: sum((call) => call.backoffMs),
  };
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
