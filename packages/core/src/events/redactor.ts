import { checkTexts, invalid } from "../errors/invalid.ts";
import type { CallSummary } from "../history/history.ts";
import { decoder } from "../history/lazy-property.ts";
import type { ExecutionEvent, LogNotice } from "./execution-event.ts";
import { hidden, type Show } from "./show.ts";
import { shownErrorRecord } from "./shown-error-record.ts";
import { shownValue } from "./shown-value.ts";

/**
 * What is hidden from those who watch (rule H2):
 * - a list of names of fields, wherever they are and however their letters are cased, and of paths (`"input.user.email"`,
 *   `"value.items[0].iban"`, `"error.message"`, `"data.token"`). An item of a Set stands at its position; an entry of a Map is a field
 *   with the name of its key, and a key with parts stands at `[0][0]`, what is under it at `[0][1]`;
 * - or a function that is asked about every part from the outside in, and gives what is shown in its place.
 */
export type Redact = readonly string[] | ((path: string, value: unknown) => unknown);

/** Shows events, log notices and calls without what is to be hidden. */
export interface Redactor {
  event(event: ExecutionEvent): ExecutionEvent;
  call(call: CallSummary): CallSummary;
  log(notice: LogNotice): LogNotice;
}

/** Throws `INVALID_OPTION`. */
export function createRedactor(redact: Redact | undefined): Redactor | undefined {
  if (redact === undefined) return undefined;
  if (typeof redact !== "function") checkTexts("redact", redact);
  if (typeof redact !== "function" && redact.some((name) => name.length === 0)) invalid("redact", "a list of names and paths that are not empty, or a function", "");
  const show = typeof redact === "function" ? guarded(redact) : listed(redact);
  return {
    event: (event) => shown(event, ["input", "value", "prompt", "error", "reason"], show),
    call: (call) => shown(call, ["input", ...(call.status === "completed" ? ["value"] : []), ...(call.error === undefined ? [] : ["error"])], show),
    log: (notice) => shown(notice, ["message", "data", "error"], show),
  };
}

/** A function that throws hides what it was asked about, and nothing happens to the run. */
function guarded(redact: Exclude<Redact, readonly string[]>): Show {
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
  const names = new Set(entries.map((entry) => entry.toLowerCase()));
  // Of a name with dots the last part, too: `db.password` is a password.
  const isNamed = (name: string): boolean => names.has(name.toLowerCase()) || names.has(name.slice(name.lastIndexOf(".") + 1).toLowerCase());
  return (path, value, name) => (paths.has(path) || (name !== undefined && isNamed(name)) ? hidden : value);
}

// Parts are looked at only when somebody looks at them, as they are decoded.
function shown<Message extends object>(message: Message, parts: readonly string[], show: Show): Message {
  const properties: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(message);
  delete properties[decoder];
  for (const part of parts) {
    const given = properties[part];
    if (given === undefined) continue;
    const shownPart = part === "error" ? shownErrorRecord : shownValue;
    properties[part] = { get: () => shownPart(part, given.get === undefined ? given.value : given.get.call(message), show), enumerable: true };
  }
  return Object.freeze(Object.defineProperties({}, properties)) as Message;
}
