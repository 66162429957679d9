import type { CallSummary, ExecutionEvent, StreamItem } from "@reprise/core";
import { eventFacts } from "@reprise/core/spi";

type ErrorRecord = NonNullable<ExecutionEvent["error"]>;

/** What of an event or a cut is sent: without stacks, and inputs and results only with `values`. */
export function shownItem(item: StreamItem, values: boolean): object {
  if (item.status === "cut") return item;
  const { isReplayed: _isReplayed, ...facts } = eventFacts(item);
  return {
    ...facts,
    error: shownError(item.error, values),
    ...("prompt" in item && readable("prompt", () => item.prompt)),
    ...(values && "input" in item && readable("input", () => item.input)),
    ...(values && "value" in item && readable("value", () => item.value)),
  };
}

/** What of a call is sent. */
export function shownCall(summary: CallSummary, values: boolean): object {
  const { call, parent, address, type, name, status, attempts, startedAt, endedAt, error } = summary;
  return {
    call,
    parent,
    address,
    type,
    name,
    status,
    attempts,
    startedAt,
    endedAt,
    error: shownError(error, values),
    ...(values && readable("input", () => summary.input)),
    ...(values && status === "completed" && readable("value", () => summary.value)),
  };
}

function shownError(error: ErrorRecord | undefined, values: boolean): unknown {
  // What redact has put in its place may be anything.
  if (typeof error !== "object" || error === null) return error;
  const { stack: _stack, data, thrown, cause, errors, ...rest } = error;
  return { ...rest, ...(values && { data, thrown }), cause: shownError(cause, values), errors: Array.isArray(errors) ? (errors as readonly ErrorRecord[]).map((inner) => shownError(inner, values)) : errors };
}

/** One value that cannot be read does not cost the others. */
export function readable(name: string, read: () => unknown): object {
  try {
    return { [name]: read() };
  } catch {
    return { unreadable: name };
  }
}
