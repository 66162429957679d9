import { secretMark } from "./secret.ts";
import { unescapeKey } from "./tags.ts";
import { tagOf } from "./tree-tag.ts";

/**
 * A recorded value as a person writes it: `{ "due": Date(2026-01-31T00:00:00.000Z), "scores": Float32Array(512) }`. JSON where
 * JSON knows the value. Bytes are counted, not shown.
 */
export function showTree(tree: unknown): string {
  if (Array.isArray(tree)) return `[${tree.map(showTree).join(",")}]`;
  if (typeof tree !== "object" || tree === null) return JSON.stringify(tree) ?? "undefined";
  const tag = tagOf(tree);
  if (tag !== undefined) return showTagged(tag, tree[tag as keyof typeof tree]);
  return `{${Object.entries(tree)
    .map(([key, value]: [string, unknown]) => `${JSON.stringify(unescapeKey(key) ?? key)}:${showTree(value)}`)
    .join(",")}}`;
}

function showTagged(tag: string, content: unknown): string {
  switch (tag) {
    case "$u":
      return "undefined";
    case "$n":
      return String(content);
    case "$i":
      return `${String(content)}n`;
    case "$d":
      return `Date(${content === null ? "invalid" : dateText(content)})`;
    case "$b":
      return `Uint8Array(${byteLength(content)})`;
    case "$ab":
      return `ArrayBuffer(${byteLength(content)})`;
    case "$t":
      return showView(content as readonly unknown[]);
    case "$m":
      return `Map{${(content as readonly (readonly unknown[])[]).map(([key, value]) => `${showTree(key)}:${showTree(value)}`).join(",")}}`;
    case "$s":
      return `Set{${(content as readonly unknown[]).map(showTree).join(",")}}`;
    case "$r":
      return `/${String((content as readonly unknown[])[0])}/${String((content as readonly unknown[])[1])}`;
    case "$url":
      return `URL(${String(content)})`;
    case "$e":
      return showError(content as { readonly name?: unknown; readonly message?: unknown });
    case "$secret":
      return secretMark(String(content));
    case "$c":
      return `${String((content as readonly unknown[])[0])}(${showTree((content as readonly unknown[])[1])})`;
    default:
      return JSON.stringify({ [tag]: content });
  }
}

function dateText(ms: unknown): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? "invalid" : date.toISOString();
}

const bytesPerElement: Readonly<Record<string, number>> = {
  Int16Array: 2,
  Uint16Array: 2,
  Float16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
  Float64Array: 8,
  BigInt64Array: 8,
  BigUint64Array: 8,
};

function showView([name, base64]: readonly unknown[]): string {
  return `${String(name)}(${byteLength(base64) / (bytesPerElement[String(name)] ?? 1)})`;
}

// Four characters of base64 are three bytes, less the padding (RFC 4648, section 4).
function byteLength(base64: unknown): number {
  const text = String(base64);
  return Math.floor((text.replace(/[=]+$/u, "").length * 3) / 4);
}

function showError({ name, message }: { readonly name?: unknown; readonly message?: unknown }): string {
  return `${String(name)}(${JSON.stringify(message)})`;
}
