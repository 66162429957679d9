import { isList, read } from "./error-facts.ts";

/**
 * The delay a failure asks for, in ms: its own `retryAfterMs`, or the header `Retry-After` (RFC 9110 section 10.2.3:
 * seconds or an HTTP date) of `headers` or `response.headers`, a Headers object or a plain record. Dates need `now`.
 */
export function retryAfterMs(error: unknown, now: (() => number) | undefined): number | undefined {
  const own = read(error, "retryAfterMs");
  if (typeof own === "number" && Number.isFinite(own) && own >= 0) return own + 0;
  const header = headerOf(read(error, "headers")) ?? headerOf(read(read(error, "response"), "headers"));
  return header === undefined ? undefined : delayOf(header, now);
}

function headerOf(headers: unknown): string | undefined {
  const get = read(headers, "get");
  if (typeof get === "function") {
    try {
      return firstText((get as (name: string) => unknown).call(headers, "retry-after"));
    } catch {
      // Not a Headers object after all.
      return undefined;
    }
  }
  return firstText(read(headers, "retry-after") ?? read(headers, "Retry-After") ?? read(headers, "RETRY-AFTER"));
}

function firstText(value: unknown): string | undefined {
  const first: unknown = isList(value) ? read(value, 0) : value;
  if (typeof first === "string") return first.trim();
  return typeof first === "number" ? String(first) : undefined;
}

const seconds = /^\d{1,12}(\.\d{1,6})?$/;
// Date.parse also takes "-5" and "1" for dates; an HTTP date starts with the day of the week.
const weekday = /^[A-Za-z]{3,9},? /;

function delayOf(header: string, now: (() => number) | undefined): number | undefined {
  if (seconds.test(header)) return Math.round(Number(header) * 1000);
  if (now === undefined || header.length > 64 || !weekday.test(header)) return undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}
