import { errorCodes, type ErrorCode } from "../errors/codes.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { CallNode } from "../history/call-node.ts";
import type { ValueCodec } from "../values/codec.ts";
import { isList, read } from "../values/error-facts.ts";
import { rememberDetails } from "../values/recorded-details.ts";
import type { ErrorRecord } from "../values/error-record.ts";

/** Which call an error that was given to code stands for. */
export type ErrorOrigins = WeakMap<object, CallNode>;

/**
 * The error of a record. One of ours keeps its code, so that `isRepriseError` tells it, and what stands below it keeps
 * theirs.
 */
export function decodeFailure(record: ErrorRecord, values: ValueCodec): Error {
  const error = values.errorFrom(record);
  const names = record.names ?? [record.name];
  if (!names.includes("RepriseError") || typeof record.code !== "string" || !(record.code in errorCodes)) return error;
  const cause = record.cause === undefined ? undefined : (error.cause instanceof Error ? decodeFailure(record.cause, values) : error.cause);
  const revived = new RepriseError(record.code as ErrorCode, record.message, { cause });
  Object.defineProperty(revived, "name", { value: record.name });
  if (error.stack !== undefined) revived.stack = error.stack;
  if (record.errors) Object.defineProperty(revived, "errors", { value: record.errors.map((inner) => decodeFailure(inner, values)) });
  if (record.data !== undefined && "data" in error) Object.defineProperty(revived, "data", { value: error.data, enumerable: true });
  rememberDetails(revived, { names });
  return revived;
}

/**
 * The children whose failure ended an attempt (rule R4): those in the cause and errors chains of what was thrown, and
 * those after whose failure the code issued nothing more.
 */
export function throughOf(node: CallNode, error: unknown, origins: ErrorOrigins): number[] {
  const ids = new Set<number>();
  collect(error, node, origins, ids);
  for (const child of node.children) {
    if (child.state === "failed" && child.endSeq > node.opening && child.endSeq > node.lastIssued) ids.add(child.id);
  }
  return [...ids];
}

/** More is not looked at: causes may be made as they are asked for, without end. */
const mostErrors = 10_000;

function collect(thrown: unknown, parent: CallNode, origins: ErrorOrigins, ids: Set<number>): void {
  const seen = new Set<unknown>([thrown]);
  // A set is walked in the order in which things are added, also while it is.
  for (const error of seen) {
    if (typeof error !== "object" || error === null) continue;
    const node = origins.get(error);
    // Whoever streams a group is given the failures of its branches as they are, before the group has failed.
    const failed = node?.type === "branch" ? [node, node.parent] : [node];
    if (failed.at(-1)?.parent === parent) for (const call of failed) if (call?.state === "failed") ids.add(call.id);
    if (seen.size > mostErrors) continue;
    seen.add(read(error, "cause"));
    const errors = read(error, "errors");
    if (!isList(errors)) continue;
    const length = Math.min(Number(read(errors, "length")) || 0, mostErrors);
    for (let index = 0; index < length; index += 1) seen.add(read(errors, index));
  }
}
