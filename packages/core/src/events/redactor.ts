import { checkTexts, invalid } from "../errors/invalid.ts";
import { decoder } from "../history/lazy-property.ts";
import type { ExecutionEvent, LogNotice } from "./execution-event.ts";

/**
 * What is hidden from those who watch (rule H2):
 * - a list of names of fields, wherever they are and however their letters are cased, and of paths (`"input.user.email"`,
 *   `"value.items[0].iban"`, `"error.message"`, `"data.token"`);
 * - or a function that is asked about every part from the outside in, and gives what is shown in its place.
 */
export type Redact = readonly string[] | ((path: string, value: unknown) => unknown);

/** Shows events and log notices without what is to be hidden. */
export interface Redactor {
  event(event: ExecutionEvent): ExecutionEvent;
  log(notice: LogNotice): LogNotice;
}

/** What is shown in the place of something hidden. */
export const hidden = "[redacted]";

/** Throws `INVALID_OPTION`. */
export function createRedactor(redact: Redact | undefined): Redactor | undefined {
  if (redact === undefined) return undefined;
  if (typeof redact !== "function") checkTexts("redact", redact);
  if (typeof redact !== "function" && redact.some((name) => name.length === 0)) invalid("redact", "a list of names and paths that are not empty, or a function", "");
  const show = typeof redact === "function" ? guarded(redact) : listed(redact);
  return {
    event: (event) => shown(event, ["input", "value", "prompt", "error", "reason"], show),
    log: (notice) => shown(notice, ["message", "data", "error"], show),
  };
}

type Show = (path: string, value: unknown) => unknown;

/** A function that throws hides what it was asked about, and nothing happens to the run. */
function guarded(redact: Show): Show {
  return (path, value) => {
    try {
      return redact(path, value);
    } catch {
      return hidden;
    }
  };
}

function listed(entries: readonly string[]): Show {
  const paths = new Set(entries);
  const names = new Set(entries.filter((entry) => !/[.[]/u.test(entry)).map((entry) => entry.toLowerCase()));
  return (path, value) => {
    const [, last] = /(?:^|\.)([^.[\]]+)$/u.exec(path) ?? [];
    return paths.has(path) || (last !== undefined && path !== last && names.has(last.toLowerCase())) ? hidden : value;
  };
}

// Parts are looked at only when somebody looks at them, as they are decoded.
function shown<Message extends object>(message: Message, parts: readonly string[], show: Show): Message {
  const properties: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(message);
  delete properties[decoder];
  for (const part of parts) {
    const given = properties[part];
    if (given === undefined) continue;
    properties[part] = { get: () => walk(part, given.get === undefined ? given.value : given.get.call(message), show), enumerable: true };
  }
  return Object.freeze(Object.defineProperties({}, properties)) as Message;
}

function walk(path: string, value: unknown, show: Show): unknown {
  const given = show(path, value);
  if (!Object.is(given, value) || typeof value !== "object" || value === null) return given;
  if (Array.isArray(value)) return value.map((item, index) => walk(`${path}[${index}]`, item, show));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, walk(`${path}.${String(key)}`, item, show)] as const));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(`${path}.${key}`, item, show)]));
}
