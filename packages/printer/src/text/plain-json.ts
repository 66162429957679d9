import { plainValue } from "@reprise/core/spi";
import type { SecretKey } from "./preview.ts";

// JSON.stringify escapes C0 only. The rest is escaped too, so that a log can be shown in a terminal as it is.
const unescaped = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * One line of JSON: secrets redacted, what JSON does not know written as readable text (a Date as ISO, a Map as pairs,
 * a bigint as `"12n"`), control and bidi characters escaped.
 */
export function plainJson(value: unknown, secret: SecretKey): string {
  // Undefined and functions are no JSON.
  const text = (JSON.stringify(plainValue(value, secret)) as string | undefined) ?? "null";
  return text.replace(unescaped, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
