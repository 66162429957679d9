import { eventFacts, type ErrorRecord, type ExecutionEvent } from "@reprise/core/spi";
import { plainJson } from "../text/plain-json.ts";
import type { SecretKey } from "../text/preview.ts";
import type { RunMessage } from "../view/run-view.ts";

/** What the lines of the `json` mode depend on. */
export interface JsonLayout {
  readonly details: "none" | "errors" | "io";
  readonly stacks: boolean;
  readonly secret: SecretKey;
}

/** A message and its topic as one line of JSON; `JSON.parse` of it is an item that `renderTree` takes. */
export function jsonLine({ topic, message }: RunMessage, layout: JsonLayout): string {
  const fields = topic === "event" || topic === "waiting" ? eventFields(message, layout) : topic === "log" ? logFields(message, layout) : message;
  return plainJson({ topic, ...fields }, layout.secret);
}

function eventFields(event: ExecutionEvent, layout: JsonLayout): Record<string, unknown> {
  return {
    ...eventFacts(event),
    ...(layout.details !== "none" && "prompt" in event ? prompt(event) : {}),
    error: errorFields(event.error, layout),
    ...(layout.details === "io" ? values(event) : {}),
  };
}

function prompt(event: ExecutionEvent): Record<string, unknown> {
  try {
    return { prompt: event.prompt };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

function values(event: ExecutionEvent): Record<string, unknown> {
  try {
    return { ...("input" in event ? { input: event.input } : {}), ...("value" in event ? { value: event.value } : {}) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

function errorFields(error: ErrorRecord | undefined, layout: JsonLayout): unknown {
  if (error === undefined || layout.details === "none") return undefined;
  // What redact has put in its place.
  if (typeof error !== "object" || error === null) return error;
  const { stack, data, thrown, cause, errors, ...rest } = error;
  return {
    ...rest,
    stack: layout.stacks ? stack : undefined,
    ...(layout.details === "io" ? { data, thrown } : {}),
    cause: errorFields(cause, layout),
    errors: Array.isArray(errors) ? (errors as readonly ErrorRecord[]).map((inner) => errorFields(inner, layout)) : errors,
  };
}

function logFields(notice: { readonly error?: ErrorRecord; readonly data?: unknown }, layout: JsonLayout): Record<string, unknown> {
  const { data, error, ...rest } = notice;
  return { ...rest, error: errorFields(error, layout), ...(layout.details === "io" ? { data } : {}) };
}
