import type { ErrorRecord } from "./error-record.ts";
import { namesOf } from "./names-of.ts";
import { isTimeout, isTransientError } from "./transient-error.ts";

/** Cancellation as platforms and the usual HTTP clients report it. A timeout (`TimeoutError`) is not one. */
const cancellationNames = new Set(["AbortError", "CanceledError", "CancelError", "APIUserAbortError"]);
const cancellationCodes: ReadonlySet<unknown> = new Set(["CANCELLED", "ABORT_ERR", "ERR_CANCELED", "UND_ERR_ABORTED"]);

/** Codes by which Reprise says that the same code cannot go on: no further attempt can change the answer. */
const refusalCodes: ReadonlySet<unknown> = new Set([
  "AMBIGUOUS_REPLAY", "INPUT_CHANGED", "VERSION_CHANGED", "OUTCOME_UNKNOWN", "NOT_REPEATABLE", "RETRY_PROVIDER_MISSING", "SECRET_MISSING", "SECRET_AS_TEXT",
  "CALLS_OPEN", "SCOPE_CLOSED", "NOT_ENCODABLE", "LEASE_LOST", "FENCED", "POISONED", "RETRY_PREDICATE_FAILED",
]);

/** Groups in groups deeper than this are not looked into. */
const deepestGroup = 100;

/** Is this error itself a refusal of Reprise? */
export function isRefusal(error: ErrorRecord): boolean {
  return refusalCodes.has(error.code);
}

/**
 * Did somebody cancel this: the error itself, one in its cause chain, or all the errors it collects?
 * If only some of the collected errors are cancellations, they are what the others brought about; and the abort below a
 * timeout is only how the timeout worked, as is the abort that a timeout is the cause of.
 */
export function isCancelled(error: ErrorRecord): boolean {
  return isCancelledAt(error, 0, new Map());
}

function isCancelledAt(error: ErrorRecord, depth: number, known: Map<ErrorRecord, boolean>): boolean {
  const chain: ErrorRecord[] = [];
  let cancelled = false;
  for (let current: ErrorRecord | undefined = error; current !== undefined && !cancelled; current = current.cause) {
    const before = known.get(current);
    if (before !== undefined) {
      cancelled = before;
      break;
    }
    chain.push(current);
    known.set(current, false); // what a cycle finds when it comes back here
    const { errors = [] } = current;
    cancelled = (saysCancelled(current) && !isAbortedByTimeout(current)) || (depth < deepestGroup && errors.length > 0 && errors.every((each) => isCancelledAt(each, depth + 1, known)));
    if (!cancelled && (isTransientError(current) || isAbortedByTimeout(current))) break;
  }
  for (const each of chain) known.set(each, cancelled);
  return cancelled;
}

/** An abort by `AbortSignal.timeout`, as Node's own functions report it: the timeout is its cause. */
function isAbortedByTimeout({ cause }: ErrorRecord): boolean {
  return cause !== undefined && isTimeout(cause);
}

function saysCancelled(error: ErrorRecord): boolean {
  return cancellationCodes.has(error.code) || namesOf(error).some((name) => cancellationNames.has(name));
}
