import { describeValue } from "./describe-value.ts";
import type { ErrorRecord } from "./error-record.ts";
import { namesOf } from "./names-of.ts";
import { isNetworkFailure } from "./network-failure.ts";
import type { PredicateRegistry, RetryMatcher } from "./retry-matcher.ts";
import { RetryPredicateError } from "./retry-predicate-error.ts";

/** Is this one error (not those below it) of the kind that the matcher names? */
export function matches(error: ErrorRecord, matcher: RetryMatcher, predicates: PredicateRegistry): boolean {
  if (typeof matcher === "number") return error.status === matcher || error.code === matcher;
  if (typeof matcher === "object") return ask(matcher.predicate, error, predicates);
  return matcher === "Error" || error.code === matcher || namesOf(error).includes(matcher);
}

/** Like `matches`, but sees through the disguise: a network failure is not excluded for being called a TypeError (rule T3). */
export function excludes(error: ErrorRecord, matcher: RetryMatcher, predicates: PredicateRegistry): boolean {
  if (matcher === "TypeError" && isNetworkFailure(error)) return false;
  return matches(error, matcher, predicates);
}

function ask(name: string, error: ErrorRecord, predicates: PredicateRegistry): boolean {
  const predicate = predicates.get(name);
  if (predicate === undefined) throw new RetryPredicateError(name, "is not registered", error);
  let answer: unknown;
  try {
    answer = predicate(error);
  } catch (cause) {
    throw new RetryPredicateError(name, "threw", error, { cause });
  }
  // A promise is truthy: an asynchronous predicate would silently match everything.
  if (typeof answer !== "boolean") throw new RetryPredicateError(name, `gave ${describeValue(answer)} instead of true or false`, error);
  return answer;
}
