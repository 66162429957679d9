import type { ErrorRecord } from "./error-record.ts";
import { namesOf } from "./names-of.ts";
import { isNetworkFailure } from "./network-failure.ts";

/**
 * Does this error by its own account (not by what is below it) say that trying later may help: a connection that failed, a
 * timeout, or an HTTP status of a server that is busy or failing?
 */
export function isTransientError(error: ErrorRecord): boolean {
  return isNetworkFailure(error) || isTimeout(error) || (error.status !== undefined && isTransientStatus(error.status));
}

/** Did it take too long, by its own account? */
export function isTimeout(error: ErrorRecord): boolean {
  return error.code === "TIMEOUT" || namesOf(error).some((name) => name.endsWith("TimeoutError"));
}

function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 408 || status === 409 || status === 425 || status === 429;
}
