import { isList, read } from "./error-facts.ts";

/**
 * The delay a failure asks for, in ms: its own `retryAfterMs` or `retryAfter` (seconds), or the header `retry-after-ms` or
 * `Retry-After` (RFC 9110 section 10.2.3: seconds or an HTTP date) of `headers`, `responseHeaders` or `response.headers`, a
 * Headers object or a plain record. Dates need `now`.
 */
export function retryAfterMs(error: unknown, now: (() => number) | undefined): number | undefined {
  const own = read(error, "retryAfterMs");
  if (typeof own === "number" && Number.isFinite(own) && own >= 0) return own + 0;
  const asked = delayOf(firstText(read(error, "retryAfter")), now);
  if (asked !== undefined) return asked;
  for (const headers of [read(error, "headers"), read(error, "responseHeaders"), read(read(error, "response"), "headers")]) {
    const milliseconds = headerOf(headers, "retry-after-ms");
    if (milliseconds !== undefined && decimal.test(milliseconds)) return Number(milliseconds);
    const delay = delayOf(headerOf(headers, "Retry-After"), now);
    if (delay !== undefined) return delay;
  }
  return undefined;
}

function headerOf(headers: unknown, name: string): string | undefined {
  const get = read(headers, "get");
  const lowerCase = name.toLowerCase();
  if (typeof get === "function") {
    try {
      return firstText((get as (name: string) => unknown).call(headers, lowerCase));
    } catch {
      // Not a Headers object after all.
      return undefined;
    }
  }
  return firstText(read(headers, lowerCase) ?? read(headers, name) ?? read(headers, name.toUpperCase()));
}

function firstText(value: unknown): string | undefined {
  const first: unknown = isList(value) ? read(value, 0) : value;
  if (typeof first === "string") return first.trim();
  return typeof first === "number" ? String(first) : undefined;
}

const decimal = /^\d{1,12}(\.\d{1,6})?$/;
// Date.parse also takes "-5" and "1" for dates; an HTTP date starts with the day of the week.
const weekday = /^[A-Za-z]{3,9},? /;

function delayOf(header: string | undefined, now: (() => number) | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (decimal.test(header)) return Math.round(Number(header) * 1000);
  if (now === undefined || header.length > 64 || !weekday.test(header)) return undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}
