import type { ErrorRecord } from "./error-record.ts";
import { readProperty } from "./read-property.ts";
import { readRetryAfter } from "./read-retry-after.ts";

const deepest = 32;
const mostErrors = 256;
const mostClasses = 16;

interface Walk {
  readonly now: number;
  /** The errors above: a cycle ends at one of them. */
  readonly above: readonly unknown[];
  /** How many errors may still be described; shared by the whole walk. */
  readonly left: { count: number };
}

/**
 * Whatever was thrown, as the plain record that policies judge: names, message, code, HTTP status, `Retry-After`, cause and
 * collected errors. Never throws. Cycles end where they began; below 32 levels or 256 errors nothing more is described.
 * `now` (ms since the epoch) turns a `Retry-After` date into a wait.
 *
 * @example
 * ```ts
 * import { toErrorRecord } from "@reprise/retry";
 *
 * const { name, status } = toErrorRecord(Object.assign(new Error("busy"), { status: 503 }), Date.now());
 * console.log(name, status); // Error 503
 * ```
 */
export function toErrorRecord(thrown: unknown, now: number): ErrorRecord {
  return describe(thrown, { now, above: [], left: { count: mostErrors } });
}

function describe(thrown: unknown, walk: Walk): ErrorRecord {
  walk.left.count -= 1;
  if ((typeof thrown !== "object" && typeof thrown !== "function") || thrown === null) return describePrimitive(thrown);
  const names = classNames(thrown);
  const message = readProperty(thrown, "message");
  const name = text(readProperty(thrown, "name")) ?? names[0] ?? (typeof message === "string" ? "Error" : "NonError");
  const code = codeOf(thrown);
  const status = statusOf(thrown);
  const retryAfterMs = readRetryAfter(thrown, walk.now);
  const inside: Walk = { ...walk, above: [...walk.above, thrown] };
  const cause = describeBelow(readProperty(thrown, "cause"), inside);
  const errors = describeErrors(readProperty(thrown, "errors"), inside);
  return {
    name,
    ...(names.length === 0 || (names.length === 1 && names[0] === name) ? {} : { names }),
    message: text(message) ?? "",
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(cause === undefined ? {} : { cause }),
    ...(errors === undefined ? {} : { errors }),
  };
}

function describePrimitive(thrown: unknown): ErrorRecord {
  const plain = thrown === null || typeof thrown === "string" || typeof thrown === "boolean" || (Number.isFinite(thrown) && !Object.is(thrown, -0));
  return { name: "NonError", message: String(thrown), ...(plain ? { thrown } : {}) };
}

function describeBelow(thrown: unknown, walk: Walk): ErrorRecord | undefined {
  if (thrown === undefined || walk.above.length >= deepest || walk.left.count <= 0 || walk.above.includes(thrown)) return undefined;
  return describe(thrown, walk);
}

function describeErrors(errors: unknown, walk: Walk): readonly ErrorRecord[] | undefined {
  // Validation libraries also have an `errors`: of strings, or by field. Only a list of errors is one of causes.
  if (!isArray(errors)) return undefined;
  const records: ErrorRecord[] = [];
  const length = Math.min(Number(readProperty(errors, "length")) || 0, mostErrors);
  for (let index = 0; index < length; index += 1) {
    const each = readProperty(errors, String(index));
    const record = typeof each === "object" && each !== null ? describeBelow(each, walk) : undefined;
    if (record !== undefined) records.push(record);
  }
  return records.length > 0 ? records : undefined;
}

/** Names of the classes from the nearest on, without `Error` and `Object`. */
function classNames(thrown: object): readonly string[] {
  const names = new Set<string>();
  let prototype = prototypeOf(thrown);
  for (let count = 0; prototype !== null && count < mostClasses; count += 1) {
    const name = text(readProperty(readProperty(prototype, "constructor"), "name"));
    if (name === "Error" || name === "Object") break;
    if (name !== undefined) names.add(name);
    prototype = prototypeOf(prototype);
  }
  return [...names];
}

function codeOf(thrown: object): string | number | undefined {
  const code = readProperty(thrown, "code");
  // JSON has no -0.
  if (typeof code === "number") return Number.isFinite(code) ? code + 0 : undefined;
  return text(code);
}

/** Where the usual HTTP clients keep the status: fetch wrappers and axios, got and the AI SDK, the AWS SDK. */
function statusOf(thrown: object): number | undefined {
  const response = readProperty(thrown, "response");
  const places = [
    readProperty(thrown, "status"),
    readProperty(thrown, "statusCode"),
    readProperty(response, "status"),
    readProperty(response, "statusCode"),
    readProperty(readProperty(thrown, "$metadata"), "httpStatusCode"),
  ];
  return places.find((place): place is number => typeof place === "number" && Number.isInteger(place) && place >= 100 && place <= 599);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked proxy.
    return false;
  }
}

function prototypeOf(value: object): object | null {
  try {
    return Object.getPrototypeOf(value) as object | null;
  } catch {
    // A proxy with a hostile trap has no classes that we could name.
    return null;
  }
}
