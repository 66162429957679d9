import { shownSecret } from "./secret.ts";
import { tagOf } from "./tree-tag.ts";

/**
 * Any recorded value as JSON can hold it, for reading: what JSON does not know becomes text (a Date as ISO, a Map as pairs, a
 * bigint as `"12n"`, bytes as their number, a reference to a secret as `"[secret:name]"`). What stands under a key that is `hidden` is `"[redacted]"`. Default: no key is.
 *
 * @example
 * ```ts
 * import { plainValue } from "@reprise/core/spi";
 *
 * console.log(JSON.stringify(plainValue({ at: new Date(0), token: "abc" }, (key) => key === "token"))); // {"at":"1970-01-01T00:00:00.000Z","token":"[redacted]"}
 * ```
 */
export function plainValue(value: unknown, hidden: (key: string) => boolean = () => false): unknown {
  return plain(value, hidden, []);
}

function plain(value: unknown, hidden: (key: string) => boolean, above: readonly object[]): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  const secret = shownSecret(value);
  if (secret !== undefined) return secret;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const within = [...above, value];
  const inner = (entry: unknown): unknown => plain(entry, hidden, within);
  const shown = (key: unknown, entry: unknown): unknown => (typeof key === "string" && hidden(key) ? "[redacted]" : inner(entry));
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Set) return [...value].map(inner);
  const pair = ([key, entry]: readonly unknown[]): unknown => [inner(key), shown(key, entry)];
  if (value instanceof Map) return [...value].map(pair);
  // What hangs on a recorded error is tagged: there a Map is its entries.
  const entries: unknown = tagOf(value) === "$m" ? Object.values(value)[0] : undefined;
  if (Array.isArray(entries) && entries.every(Array.isArray)) return { $m: entries.map(pair) };
  // Not by assignment: a key named `__proto__` is to stay a key.
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shown(key, entry)]));
}
