import { escapeBlock } from "../text/escape-html.ts";
import { plainJson } from "../text/plain-json.ts";
import type { SecretKey } from "../text/preview.ts";

const longest = 20_000;

/** A value as readable JSON, secrets redacted, cut where it is long. */
export function htmlValue(value: unknown, secret: SecretKey): string {
  const text = value === undefined ? "undefined" : indented(plainJson(value, secret));
  const shown = text.length > longest ? `${text.slice(0, longest)}\n… (+${text.length - longest} characters)` : text;
  return `<pre>${escapeBlock(shown)}</pre>`;
}

/** The same of a value that has to be decoded first; one that cannot be is said to be so. */
export function htmlValueOf(read: () => unknown, secret: SecretKey): string {
  try {
    return htmlValue(read(), secret);
  } catch (error) {
    return `<pre>${escapeBlock(`[unreadable: ${error instanceof Error ? error.message : String(error)}]`)}</pre>`;
  }
}

function indented(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
}
