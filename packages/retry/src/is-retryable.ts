import type { ErrorRecord } from "./error-record.ts";
import { errorsBelow } from "./errors-below.ts";
import { excludes, matches } from "./matches.ts";
import { isCancelled, isRefusal } from "./never-retried.ts";
import { isProgrammingError } from "./programming-error.ts";
import type { PredicateRegistry, RetryMatcher } from "./retry-matcher.ts";
import { isTransientError } from "./transient-error.ts";

/** The part of a configuration that decides about errors, with the predicates it names. */
export interface RetryRules {
  readonly retryOn: readonly RetryMatcher[] | null;
  readonly neverRetryOn: readonly RetryMatcher[];
  readonly predicates: PredicateRegistry;
}

/**
 * May this failure be tried again (rule T3)? Looks at the error and at all errors below it, so that a wrapper
 * (`ACTOR_FAILED`, an error with a cause, an AggregateError) is judged by what it wraps.
 */
export function isRetryable(error: ErrorRecord, { retryOn, neverRetryOn, predicates }: RetryRules): boolean {
  const errors = errorsBelow(error);
  if (isCancelled(error) || errors.some(isRefusal)) return false;
  if (neverRetryOn.some((matcher) => errors.some((each) => excludes(each, matcher, predicates)))) return false;
  if (retryOn !== null) return retryOn.some((matcher) => errors.some((each) => matches(each, matcher, predicates)));
  // An error that is transient by its own account answers for what is below it: that a 503 could not be parsed does not matter.
  return !errorsBelow(error, (each) => !isTransientError(each)).some((each) => !isTransientError(each) && isProgrammingError(each));
}
