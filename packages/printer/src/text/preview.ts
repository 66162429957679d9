import { shownSecret } from "@reprise/core/spi";
import { sanitise } from "./sanitise.ts";

/** Keys whose values are never shown, whatever the options say. */
const secretKeys = /token|secret|password|authorization|api[-_]?key|cookie/i;
const redacted = "[redacted]";
const maxDepth = 4;
const maxEntries = 20;
const maxString = 200;

/** Says whether the value under a key must not be shown. */
export type SecretKey = (key: string) => boolean;

/** The built-in rule, extended by the caller's: strings match as parts of the key, without regard to case. */
export function secretKey(more: readonly (string | RegExp)[] = []): SecretKey {
  const parts = more.filter((rule) => typeof rule === "string").map((part) => part.toLowerCase());
  // A sticky or global expression would remember where it stopped and let every other key through.
  const expressions = more.filter((rule) => typeof rule !== "string").map((rule) => new RegExp(rule.source, rule.flags.replace(/[gy]/g, "")));
  return (key) =>
    secretKeys.test(key) || parts.some((part) => key.toLowerCase().includes(part)) || expressions.some((expression) => expression.test(key));
}

/**
 * A value on one line, for people: secrets redacted, long strings, long lists and deep levels cut with what is missing:
 * `{url: "https://example.org", apiKey: [redacted]}`.
 */
export function preview(value: unknown, secret: SecretKey): string {
  return sanitise(show(value, secret, 0, new Set()), 4000);
}

/** As `preview`, but a text on its own stands there as it is, without quotation marks. */
export function readable(value: unknown, secret: SecretKey): string {
  if (typeof value !== "string") return preview(value, secret);
  return sanitise(value.length <= maxString ? value : `${value.slice(0, maxString)}... (+${value.length - maxString} characters)`, 4000);
}

function show(value: unknown, secret: SecretKey, depth: number, above: Set<object>): string {
  if (typeof value === "string") return showString(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (above.has(value)) return "[circular]";
  const atom = showAtom(value);
  if (atom !== undefined) return atom;
  if (depth >= maxDepth) return Array.isArray(value) ? "[...]" : "{...}";
  above.add(value);
  const shown = showEntries(value, above, (entry) => show(entry, secret, depth + 1, above), secret);
  above.delete(value);
  return shown;
}

function showString(text: string): string {
  if (text.length <= maxString) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, maxString))}... (+${text.length - maxString} characters)`;
}

/** Objects that are shown as one thing. */
function showAtom(value: object): string | undefined {
  const secret = shownSecret(value);
  if (secret !== undefined) return secret;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof URL) return showString(value.href);
  if (value instanceof Error) return `${value.name}: ${value.message.slice(0, maxString)}`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength})`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  return undefined;
}

function showEntries(value: object, above: Set<object>, inner: (entry: unknown) => string, secret: SecretKey): string {
  if (Array.isArray(value)) return `[${listed(value, inner)}]`;
  if (value instanceof Set) return `Set(${value.size}) {${listed([...value], inner)}}`;
  const hide = (key: unknown, entry: unknown): string => (typeof key === "string" && secret(key) ? redacted : inner(entry));
  if (value instanceof Map) {
    return `Map(${value.size}) {${listed([...value], ([key, entry]: readonly [unknown, unknown]) => `${inner(key)} => ${hide(key, entry)}`)}}`;
  }
  return `{${listed(Object.entries(value), ([key, entry]) => `${key}: ${hide(key, entry)}`)}}`;
}

function listed<Entry>(entries: readonly Entry[], inner: (entry: Entry) => string): string {
  const shown = entries.slice(0, maxEntries).map(inner);
  if (entries.length > maxEntries) shown.push(`... +${entries.length - maxEntries}`);
  return shown.join(", ");
}
