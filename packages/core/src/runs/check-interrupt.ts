import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkOneOf, invalid } from "../errors/invalid.ts";
import { InterruptReason, type InterruptOptions, type InterruptSignal } from "../events/interrupt-signal.ts";

/** A signal with its defaults. Throws `INVALID_OPTION`, naming the option. */
export function interruptSignal(options: InterruptOptions = {}): InterruptSignal {
  checkKnown(options, { reason: true, message: true, triggeredBy: true, saveCheckpoint: true } satisfies OptionNames<InterruptOptions>);
  const { reason = InterruptReason.USER_CANCELLED, message, triggeredBy, saveCheckpoint = true } = options;
  checkOneOf("reason", Object.values(InterruptReason), reason);
  if (message !== undefined && typeof message !== "string") invalid("message", "a text", message);
  if (triggeredBy !== undefined && typeof triggeredBy !== "string") invalid("triggeredBy", "a text", triggeredBy);
  if (typeof saveCheckpoint !== "boolean") invalid("saveCheckpoint", "true or false", saveCheckpoint);
  return Object.freeze({ reason, ...(message !== undefined && { message }), ...(triggeredBy !== undefined && { triggeredBy }), saveCheckpoint });
}

/** The signal of an aborted `AbortSignal`. */
export function abortedSignal(signal: AbortSignal): InterruptSignal {
  const { reason } = signal as { readonly reason: unknown };
  const message = reason instanceof Error ? reason.message : typeof reason === "string" ? reason : undefined;
  // What AbortSignal.timeout aborts with; nobody has cancelled anything.
  const timedOut = reason instanceof Error && reason.name === "TimeoutError";
  return interruptSignal({ ...(timedOut && { reason: InterruptReason.TIMEOUT }), ...(message !== undefined && message !== "" && { message }), triggeredBy: "abort signal" });
}

/** Throws `INVALID_OPTION` unless this is a time that a run may take. */
export function checkDeadline(deadlineMs: unknown): void {
  if (deadlineMs !== undefined && deadlineMs !== null && !(typeof deadlineMs === "number" && deadlineMs >= 0 && Number.isFinite(deadlineMs))) {
    invalid("deadlineMs", "a finite number of milliseconds from 0; leave it out for none", deadlineMs);
  }
}

/** Throws `INVALID_OPTION` unless this can be asked. */
export function checkChecker(checker: unknown): void {
  if (checker !== undefined && checker !== null && typeof checker !== "function") invalid("interruptChecker", "a function that says whether to interrupt", checker);
}
