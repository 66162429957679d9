import type { ErrorRecord } from "./error-record.ts";
import type { ResolvedRetryConfig } from "./retry-config.ts";
import type { RetryRunAttempt, RetryRunOptions } from "./run-with-retry.ts";

/** A failed attempt, as a policy sees it: plain data, so that a decision can be repeated from a record. */
export interface FailureRecord {
  readonly error: ErrorRecord;
  /** How many attempts of the budget are spent, this one included: from 1. */
  readonly failures: number;
  /** Uniform in [0, 1): for jitter. */
  readonly random: number;
}

/** What a policy says about a failed attempt. An error that is never retried is `not-retryable` also when the budget is spent. */
export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly reason: "exhausted" | "not-retryable" };

/** Decides whether and when a failed attempt is followed by another; made by `retry()`. Immutable, without state, safe to share. */
export interface RetryPolicy {
  /** What is recorded: plain data, from which `retry(config)` makes the same policy again. */
  readonly config: ResolvedRetryConfig;
  /** The first attempt included. */
  readonly maxAttempts: number;
  /** Pure. Throws `RetryPredicateError` if a named predicate does. */
  decide(failure: FailureRecord): RetryDecision;
  /** The delay before retry `n` (from 1) in ms, `Retry-After` aside; `random` in [0, 1) decides the jitter. */
  delayBeforeRetry(n: number, random: number): number;
  /**
   * Calls `work` until it succeeds, its error is not to be retried, or the attempts are spent; the last error is thrown as it is.
   * Aborting `signal` ends a wait at once with the signal's reason, and `work` is not called again. Rejects with `RetryConfigError` for options that cannot be used.
   */
  run<Result>(work: (attempt: RetryRunAttempt) => Result | PromiseLike<Result>, options?: RetryRunOptions): Promise<Result>;
}
