import type { SecretKey } from "./preview.ts";

// JSON.stringify escapes C0 only. The rest is escaped too, so that a log can be shown in a terminal as it is.
const unescaped = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * One line of JSON: secrets redacted, what JSON does not know written as readable text (a Date as ISO, a Map as pairs,
 * a bigint as `"12n"`), control and bidi characters escaped.
 */
export function plainJson(value: unknown, secret: SecretKey): string {
  // Undefined and functions are no JSON.
  const text = (JSON.stringify(plain(value, secret, [])) as string | undefined) ?? "null";
  return text.replace(unescaped, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function plain(value: unknown, secret: SecretKey, above: readonly object[]): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const within = [...above, value];
  const inner = (entry: unknown): unknown => plain(entry, secret, within);
  const hide = (key: unknown, entry: unknown): unknown => (typeof key === "string" && secret(key) ? "[redacted]" : inner(entry));
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Set) return [...value].map(inner);
  if (value instanceof Map) return [...value].map(([key, entry]) => [inner(key), hide(key, entry)]);
  // Not by assignment: a key named `__proto__` is to stay a key.
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, hide(key, entry)]));
}
