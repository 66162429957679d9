/**
 * JSON of any recorded value, for reading: what JSON does not know is written as text (a Date as ISO, a Map as pairs, a bigint
 * as `"12n"`, bytes as their number). It never throws, and is one line.
 */
export function plainJson(value: unknown): string {
  return JSON.stringify(plain(value, [])) ?? "null";
}

function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const within = [...above, value];
  const inner = (entry: unknown): unknown => plain(entry, within);
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Set) return [...value].map(inner);
  if (value instanceof Map) return [...value].map(([key, entry]) => [inner(key), inner(entry)]);
  // Not by assignment: a key named `__proto__` is to stay a key.
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inner(entry)]));
}
