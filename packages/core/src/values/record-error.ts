import { classNameOf } from "./describe-refused.ts";
import type { EncodeWalk } from "./encode-walk.ts";
import { classNames, codeOf, isError, isList, isObject, read, statusOf } from "./error-facts.ts";
import type { ErrorRecord } from "./error-record.ts";
import { recordedDetails } from "./recorded-details.ts";
import { retryAfterMs } from "./retry-after.ts";
import { withoutCredentials } from "./without-credentials.ts";

// Bounds of one record: whatever is thrown, it stays below a few megabytes.
const longestText = 16_384;
const longestAttachment = 262_144;
const mostErrors = 256;
const longestChain = 16;

/** A record under construction. */
type Draft = { -readonly [Key in keyof ErrorRecord]: ErrorRecord[Key] };

interface Budget {
  /** How many more errors the record may hold. */
  left: number;
}

/** What is recorded of something that was thrown: a whitelist, nothing else is looked at (rule H3). For a fresh walk. */
export function recordThrown(walk: EncodeWalk, thrown: unknown): ErrorRecord {
  return inside(walk, thrown, 0, { left: mostErrors }, 1);
}

/** The same for an error that the walk has entered already. */
export function recordEntered(walk: EncodeWalk, error: object): ErrorRecord {
  return recordError(walk, error, { left: mostErrors }, 1);
}

function inside(walk: EncodeWalk, thrown: unknown, counts: 0 | 1, budget: Budget, chain: number): ErrorRecord {
  // Libraries throw plain objects that look like errors; the whitelist holds for them too.
  const error = isError(thrown) || textOf(read(thrown, "message")) !== undefined;
  // What is no error is entered by the walk itself, as a value.
  const level = walk.enter(error ? (thrown as object) : {}, counts);
  const record = error ? recordError(walk, thrown as object, budget, chain) : recordOther(walk, thrown, budget);
  walk.leave(level);
  return record;
}

function recordError(walk: EncodeWalk, error: object, budget: Budget, chain: number): ErrorRecord {
  budget.left -= 1;
  const details = recordedDetails(error);
  const names = details?.names ?? classNames(error);
  const name = bounded(walk.text(textOf(read(error, "name")) || names[0] || "Error"), 256);
  const draft: Draft = { name, message: bounded(walk.text(textOf(read(error, "message")) ?? ""), longestText) };
  if (names.length > 1 || (names.length === 1 && names[0] !== name)) draft.names = names;
  const stack = read(error, "stack");
  if (typeof stack === "string") draft.stack = bounded(walk.text(stack), longestText);
  addFacts(walk, draft, error);
  addNested(walk, draft, error, budget, chain);
  const data = read(error, "data");
  const dataTree = data === undefined ? undefined : attached(walk, data);
  if (dataTree !== undefined) draft.data = dataTree;
  if (details?.thrown !== undefined) draft.thrown = details.thrown;
  return draft;
}

function addFacts(walk: EncodeWalk, draft: Draft, thrown: unknown): void {
  const code = codeOf(thrown);
  const status = statusOf(thrown);
  const delayMs = retryAfterMs(thrown, walk.settings.now);
  if (code !== undefined) draft.code = typeof code === "string" ? walk.text(code) : code;
  if (status !== undefined) draft.status = status;
  if (delayMs !== undefined) draft.retryAfterMs = delayMs;
}

function addNested(walk: EncodeWalk, draft: Draft, thrown: unknown, budget: Budget, chain: number): void {
  const cause = read(thrown, "cause");
  const causeRecord = cause === undefined ? undefined : nested(walk, cause, budget, chain + 1);
  if (causeRecord !== undefined) draft.cause = causeRecord;
  const errors = read(thrown, "errors");
  if (isList(errors)) draft.errors = nestedList(walk, errors, budget, chain + 1);
}

function nestedList(walk: EncodeWalk, errors: readonly unknown[], budget: Budget, chain: number): ErrorRecord[] {
  const records: ErrorRecord[] = [];
  const length = read(errors, "length");
  const total = Number.isSafeInteger(length) ? (length as number) : 0;
  while (records.length < total && budget.left > 0) {
    const record = nested(walk, read(errors, records.length), budget, chain);
    if (record === undefined) return records;
    records.push(record);
  }
  if (records.length < total) records.push(marker(`${total - records.length} more errors are not recorded`));
  return records;
}

/** Undefined if the value's limits leave no room. */
function nested(walk: EncodeWalk, thrown: unknown, budget: Budget, chain: number): ErrorRecord | undefined {
  if (!walk.hasRoom()) return undefined;
  const full = chain > longestChain || budget.left <= 0;
  if (full || walk.isOpen(thrown)) {
    walk.nodes += 1;
    return marker(full ? "further causes are not recorded" : "circular: recorded further up");
  }
  return inside(walk, thrown, 1, budget, chain);
}

// What carries one of these is a request or response in disguise, and headers hold credentials.
const revealing = ["headers", "request", "response", "config", "socket"];

/** Something was thrown that is not an error. */
function recordOther(walk: EncodeWalk, thrown: unknown, budget: Budget): ErrorRecord {
  budget.left -= 1;
  const draft: Draft = { name: "NonError", message: bounded(walk.text(typeof thrown === "string" ? thrown : `${kindOf(thrown)} was thrown`), longestText) };
  addFacts(walk, draft, thrown);
  const tree = revealing.some((key) => read(thrown, key) !== undefined) ? undefined : attached(walk, thrown);
  if (tree !== undefined) draft.thrown = tree;
  return draft;
}

/** What hangs on an error, if it can be recorded: no credentials, and not more than a record can hold. */
function attached(walk: EncodeWalk, value: unknown): unknown {
  const tree = walk.attempt(value);
  return tree === undefined || isTooLong(tree) ? undefined : withoutCredentials(tree);
}

function isTooLong(tree: unknown): boolean {
  try {
    return JSON.stringify(tree).length > longestAttachment;
  } catch {
    // Longer than any text can be.
    return true;
  }
}

function kindOf(thrown: unknown): string {
  if (!isObject(thrown)) return bounded(String(thrown), 256);
  if (typeof thrown === "function") return "a function";
  try {
    const name = classNameOf(thrown) ?? "Object";
    return name === "Object" ? `an object with the properties ${bounded(Object.keys(thrown).slice(0, 20).join(", "), 256)}` : `an instance of ${name.slice(0, 256)}`;
  } catch {
    // A proxy that throws.
    return "an object that cannot be read";
  }
}

function marker(message: string): ErrorRecord {
  return { name: "Error", message: `[${message}]` };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

// The note is part of the bound, so that recording a restored error again cuts nothing more.
const roomForNote = 40;

function bounded(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = longest - roomForNote;
  return `${text.slice(0, kept)}… [${text.length - kept} more characters]`;
}
