import type { ErrorRecord } from "./error-record.ts";

/**
 * Names a kind of error in `retryOn` or `neverRetryOn`:
 * - text is the name of the error or of one of its classes (`"TimeoutError"`; `"Error"` is every error), or its code (`"ECONNRESET"`);
 * - a number is its HTTP status (`503`) or its numeric code;
 * - `{ predicate: "quota" }` is the predicate registered as `quota`; `network`, a connection that failed, is always there.
 *
 * Classes are not possible: a configuration is recorded, and a class cannot be.
 */
export type RetryMatcher = string | number | { readonly predicate: string };

/**
 * Says whether one error is of a kind. It is asked about the failure itself and about each error below it (`cause`, `errors`)
 * until it says true. Must be synchronous and give the same answer for the same record.
 */
export type RetryPredicate = (error: ErrorRecord) => boolean;

/** Predicates by the name that `{ predicate: name }` refers to. */
export type RetryPredicates = Readonly<Record<string, RetryPredicate>>;

/** Predicates that are looked up; a Map, so that no name finds something inherited. */
export type PredicateRegistry = ReadonlyMap<string, RetryPredicate>;
