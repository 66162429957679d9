import type { ErrorRecord } from "./error-record.ts";
import { isCancelled } from "./never-retried.ts";

/**
 * The error and everything below it, each once: its cause chain, and the errors it collects (an AggregateError, a failed group).
 * Among collected errors, cancellations are left out where another error is their reason. `descend` says whether to look
 * below an error. Cycles are harmless.
 */
export function errorsBelow(error: ErrorRecord, descend: (error: ErrorRecord) => boolean = () => true): readonly ErrorRecord[] {
  const found = new Set<ErrorRecord>();
  const open = [error];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    if (found.has(current)) continue;
    found.add(current);
    if (!descend(current)) continue;
    open.push(...collected(current).toReversed());
    if (current.cause !== undefined) open.push(current.cause);
  }
  return [...found];
}

function collected({ errors = [] }: ErrorRecord): readonly ErrorRecord[] {
  const reasons = errors.filter((each) => !isCancelled(each));
  return reasons.length > 0 ? reasons : errors;
}
