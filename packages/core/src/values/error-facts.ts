import { builtinTag, constructorName } from "./describe-refused.ts";

/** A property of anything, undefined if it cannot be read. */
export function read(target: unknown, key: PropertyKey): unknown {
  if (!isObject(target)) return undefined;
  try {
    return (target as Readonly<Record<PropertyKey, unknown>>)[key];
  } catch {
    // A getter or proxy that throws has nothing to say, and recording a failure must not fail (rule H3).
    return undefined;
  }
}

/** An error of this or another realm; DOMException counts. False for what cannot be examined. */
export function isError(value: unknown): boolean {
  if (!isObject(value)) return false;
  try {
    if (value instanceof Error) return true;
    const tag = builtinTag(value);
    return tag === "Error" || tag === "DOMException";
  } catch {
    return false;
  }
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** An array, of which the items can be read one by one. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked proxy.
    return false;
  }
}

const mostClasses = 16;

/** Names of the object's class and of those above it, nearest first, without Error and Object. */
export function classNames(value: object): string[] {
  const names: string[] = [];
  try {
    let prototype: unknown = Object.getPrototypeOf(value);
    for (let step = 0; step < mostClasses && isObject(prototype); step += 1) {
      const name = constructorName(prototype);
      if (name !== undefined && name !== "Error" && name !== "Object" && names.at(-1) !== name) names.push(name.slice(0, 256));
      prototype = Object.getPrototypeOf(prototype);
    }
  } catch {
    // A proxy that throws: what was found so far is the answer.
  }
  return names;
}

/** A string or number for `code`; anything else says nothing. */
export function codeOf(error: unknown): string | number | undefined {
  const code = read(error, "code");
  if (typeof code === "string") return code.slice(0, 256);
  // Adding 0 makes 0 of -0, which JSON would do later.
  return typeof code === "number" && Number.isFinite(code) ? code + 0 : undefined;
}

/** The HTTP status: `status`, `statusCode`, or the same of `response`; the AWS SDK's `$metadata.httpStatusCode`. */
export function statusOf(error: unknown): number | undefined {
  const response = read(error, "response");
  const awsStatus = read(read(error, "$metadata"), "httpStatusCode");
  for (const status of [read(error, "status"), read(error, "statusCode"), read(response, "status"), read(response, "statusCode"), awsStatus]) {
    if (Number.isSafeInteger(status)) return (status as number) + 0;
  }
  return undefined;
}
