import { EventType } from "../events/event-type.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";
import { isWellFormed } from "../values/well-formed.ts";

// address = path "::" type ;
// path    = segment { "::" segment } ;
// segment = name [ "[" key "]" ] [ number ] [ "{" branch "}" [ number ] ] ;
// number  = "#" integer ;            the second use of a name has "#2"; the first has none
// name    = 1 to 128 characters without "::", "[", "]", "{", "}", "#" and control characters, not beginning or ending with ":" ;
// key     = percent-encoded text, or "~" 32 hex digits of a sha256 where the text is longer than 128 characters ;
// branch  = key, or the position of the item from 0 ;
// type    = "agent_call" | "tool_call" | "llm_call" | "group" | "branch" | "wait_call" | "sleep_call" ;

/** One use of a name within a scope. `branch` segments belong to the group segment before them and are joined without `::`. */
export interface Segment {
  readonly name: string;
  /** As it stands in the address: encoded or hashed. */
  readonly key: string | undefined;
  /** From 1. */
  readonly number: number;
}

const longestName = 128;
const longestKey = 128;
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const forbiddenInName = /::|[[\]{}#\u0000-\u001f\u007f-\u009f]|^:|:$/u;

/** Returns the name if it can be part of an address; throws `INVALID_DEFINITION` otherwise. */
export function checkName(kind: string, name: unknown): string {
  if (typeof name !== "string" || name.length === 0 || name.length > longestName || forbiddenInName.test(name)) {
    throw new RepriseError(
      "INVALID_DEFINITION",
      `${kind} name must be 1 to ${longestName} characters without "::", brackets, "#" and control characters, got ${showValue(name)}`,
      { path: "name" },
    );
  }
  return name;
}

/** The key as it stands in an address. Injective: equal texts, and only those, give equal keys (up to sha256). */
export function encodeKey(key: string, sha256: (data: Uint8Array) => string): string {
  if (key.length > longestKey || !isWellFormed(key)) return `~${sha256(utf16Bytes(key)).slice(0, 32)}`;
  // A leading "~" is the mark of a hashed key; encodeURIComponent would leave it.
  return encodeURIComponent(key).replace(/^~/u, "%7E");
}

/** `fetch[doc-7]#2` */
export function segmentText(segment: Segment): string {
  const key = segment.key === undefined ? "" : `[${segment.key}]`;
  return `${segment.name}${key}${numberText(segment.number)}`;
}

/** The path of a call within a scope; `scope` is undefined at the top of the run. */
export function childPath(scope: string | undefined, segment: Segment): string {
  return scope === undefined ? segmentText(segment) : `${scope}::${segmentText(segment)}`;
}

/** The path of a branch: `research::pages{3}`. */
export function branchPath(group: string, branch: string, number: number): string {
  return `${group}{${branch}}${numberText(number)}`;
}

/** The address as it is recorded and shown. */
export function formatAddress(path: string, type: EventType): string {
  return `${path}::${type}`;
}

/** What an address says of its call: the inverse of what this file writes. */
export interface ParsedAddress {
  /** Path of the call itself: the scope of its children. */
  readonly path: string;
  readonly type: EventType;
  /** The last segment; for a branch its key and number are those in and behind the braces, and the name is the group's. */
  readonly segment: Segment;
}

/** Throws `INVALID_ADDRESS` if the text is not an address. */
export function parseAddress(address: string): ParsedAddress {
  const typeAt = address.lastIndexOf("::");
  const path = address.slice(0, Math.max(0, typeAt));
  const from = path.lastIndexOf("::");
  const segment = parseSegment(from < 0 ? path : path.slice(from + 2));
  if (segment !== undefined) return { path, type: typeOf(address.slice(typeAt + 2)), segment };
  throw new RepriseError("INVALID_ADDRESS", `expected an address such as "research::fetch[doc-7]::tool_call", got ${showValue(address)}`, { address });
}

const types: ReadonlyMap<string, EventType> = new Map(Object.values(EventType).map((type) => [type, type]));

/** The one text of this type there is: each call of a run would keep its own. Whoever reads a record knows that it is a type. */
function typeOf(text: string): EventType {
  return types.get(text) ?? (text as EventType);
}

/**
 * `name`, then `[key]`, `#number`, and of a branch `{branch}` and its `#number`, each of which may be absent. By hand: each call of
 * a run has an address to be read.
 */
function parseSegment(text: string): Segment | undefined {
  const nameEnd = partEnd(text, 0);
  if (nameEnd === 0) return undefined;
  const name = text.slice(0, nameEnd);
  const keyed = enclosed(text, nameEnd, "[", "]");
  const numbered = keyed && numberAt(text, keyed.end);
  if (numbered === undefined) return undefined;
  if (numbered.end === text.length) return { name, key: keyed?.inside, number: numbered.number };
  const branch = enclosed(text, numbered.end, "{", "}");
  const last = branch?.inside === undefined ? undefined : numberAt(text, branch.end);
  return last?.end === text.length ? { name, key: branch?.inside, number: last.number } : undefined;
}

const zero = 48;

/** Where a name, a key or a number that begins here ends: no delimiter is within one. */
function partEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && !isDelimiter(text.charCodeAt(end))) end += 1;
  return end;
}

/** One of `[`, `]`, `{`, `}` and `#`. */
function isDelimiter(code: number): boolean {
  return code === 91 || code === 93 || code === 123 || code === 125 || code === 35;
}

interface Enclosed {
  /** Undefined if it does not begin here. */
  readonly inside: string | undefined;
  readonly end: number;
}

function enclosed(text: string, at: number, opening: string, closing: string): Enclosed | undefined {
  if (text[at] !== opening) return { inside: undefined, end: at };
  const end = partEnd(text, at + 1);
  return text[end] === closing ? { inside: text.slice(at + 1, end), end: end + 1 } : undefined;
}

function numberAt(text: string, at: number): { readonly number: number; readonly end: number } | undefined {
  if (text[at] !== "#") return { number: 1, end: at };
  const end = partEnd(text, at + 1);
  let number = 0;
  for (let index = at + 1; index < end; index += 1) {
    const digit = text.charCodeAt(index) - zero;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return end === at + 1 ? undefined : { number, end };
}

function numberText(number: number): string {
  return number === 1 ? "" : `#${number}`;
}

// Lone surrogates have no UTF-8; UTF-16 code units tell all strings apart.
function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    bytes[index * 2] = unit & 0xff;
    bytes[index * 2 + 1] = unit >> 8;
  }
  return bytes;
}
