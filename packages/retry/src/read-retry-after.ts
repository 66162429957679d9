import { readProperty } from "./read-property.ts";

/**
 * The wait that a thrown error asks for, in ms: its `retryAfterMs`, its `retryAfter` (seconds), or the `Retry-After` or
 * `retry-after-ms` header of the response it carries (RFC 9110 section 10.2.3: seconds or a date). Undefined if it asks for none.
 */
export function readRetryAfter(thrown: unknown, now: number): number | undefined {
  const own = milliseconds(readProperty(thrown, "retryAfterMs")) ?? fromHeaderValue(readProperty(thrown, "retryAfter"), now);
  if (own !== undefined) return own;
  const places = [readProperty(thrown, "headers"), readProperty(thrown, "responseHeaders"), readProperty(readProperty(thrown, "response"), "headers")];
  for (const headers of places) {
    const asked = milliseconds(readHeader(headers, "retry-after-ms")) ?? fromHeaderValue(readHeader(headers, "retry-after"), now);
    if (asked !== undefined) return asked;
  }
  return undefined;
}

function milliseconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && number >= 0 && Number.isFinite(number) ? number : undefined;
}

function fromHeaderValue(value: unknown, now: number): number | undefined {
  const seconds = milliseconds(value);
  if (seconds !== undefined) return milliseconds(seconds * 1_000);
  // Only what starts like a date of HTTP ("Sun, 06 Nov 1994 08:49:37 GMT"): Date.parse also makes dates of most other text.
  if (typeof value !== "string" || !/^[A-Z][a-z]+,? /.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** From a `Headers` object, a Map, or an object with keys in any case. */
function readHeader(headers: unknown, name: string): unknown {
  const get = readProperty(headers, "get");
  try {
    if (typeof get === "function") return Reflect.apply(get, headers, [name]);
    if (typeof headers !== "object" || headers === null) return undefined;
    const key = Object.keys(headers).find((each) => each.toLowerCase() === name);
    const value = key === undefined ? undefined : readProperty(headers, key);
    return Array.isArray(value) ? value[0] : value;
  } catch {
    // A foreign `get`, or a proxy's list of keys: what cannot be read asks for nothing.
    return undefined;
  }
}
