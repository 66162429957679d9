import type { ErrorRecord } from "./error-record.ts";

/** A registered predicate threw or gave no boolean while it judged a failure. `cause` is what it threw; the message quotes the failure. */
export class RetryPredicateError extends Error {
  override readonly name = "RetryPredicateError";
  readonly code = "RETRY_PREDICATE_FAILED";
  /** The predicate's registered name. */
  readonly predicate: string;

  constructor(predicate: string, what: string, judged: ErrorRecord, options?: { readonly cause: unknown }) {
    super(`retry predicate "${predicate}" ${what} while it judged ${judged.name}: ${judged.message}`, options);
    this.predicate = predicate;
  }
}
