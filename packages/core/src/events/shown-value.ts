import { setHidden } from "../values/own-property.ts";
import { isSecret } from "../values/secret.ts";
import { hidden, type Show } from "./show.ts";
import { shownStack } from "./shown-stack.ts";

/**
 * A value as it is shown, asked about from the outside in. What has parts is made anew of those that are shown, so that nothing gets by
 * that was not asked about: an instance becomes an object of its own fields, and what cannot be looked into is hidden.
 */
export function shownValue(path: string, value: unknown, show: Show, name?: string, above: readonly object[] = []): unknown {
  const given = show(path, value, name);
  if (!Object.is(given, value)) return given;
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  const within = [...above, value];
  const inner: Show = (innerPath, part, field) => shownValue(innerPath, part, show, field, within);
  try {
    return isOneThing(value) ? value : shownParts(path, value, inner);
  } catch {
    // A proxy or a getter that throws.
    return hidden;
  }
}

const oneThing: readonly unknown[] = [Date.prototype, RegExp.prototype, URL.prototype, ArrayBuffer.prototype];

function isOneThing(value: object): boolean {
  return ArrayBuffer.isView(value) || oneThing.includes(Object.getPrototypeOf(value)) || isSecret(value);
}

function shownParts(path: string, value: object, inner: Show): unknown {
  if (Array.isArray(value)) return Array.from(value, (item, index) => inner(`${path}[${index}]`, item));
  if (value instanceof Set) return new Set([...value].map((item, index) => inner(`${path}[${index}]`, item)));
  if (value instanceof Map) return new Map([...value].map(([key, item], index) => shownEntry(path, index, [key, item], inner)));
  if (value instanceof Error) return shownError(path, value, inner);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(`${path}.${key}`, item, key)]));
}

/** An entry of a Map: what is under a key is a field of that name, unless the key has parts itself. */
export function shownEntry(path: string, index: number, [key, item]: readonly [unknown, unknown], inner: Show): readonly [unknown, unknown] {
  if (typeof key === "object" && key !== null) return [inner(`${path}[${index}][0]`, key), inner(`${path}[${index}][1]`, item)];
  return [key, inner(`${path}.${String(key)}`, item, String(key))];
}

const builtin = [AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
const unlisted = ["name", "message", "stack", "cause", "errors"] as const;

function shownError(path: string, error: Error, inner: Show): Error {
  const constructor = builtin.find((each) => error instanceof each) ?? Error;
  const copy = Object.setPrototypeOf(new Error(), constructor.prototype) as Error & Record<string, unknown>;
  const fields = error as Error & Readonly<Record<string, unknown>>;
  for (const field of unlisted) {
    const part = fields[field];
    setHidden(copy, field, part === undefined ? part : inner(`${path}.${field}`, part, field));
  }
  setHidden(copy, "stack", shownStack(error, copy));
  for (const field of Object.keys(error)) if (!(unlisted as readonly string[]).includes(field)) copy[field] = inner(`${path}.${field}`, fields[field], field);
  return copy;
}
