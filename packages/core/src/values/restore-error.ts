import { errorCodes, type ErrorCode } from "../errors/codes.ts";
import { brandError } from "../errors/reprise-error.ts";
import type { DecodeWalk } from "./decode-walk.ts";
import type { ErrorRecord } from "./error-record.ts";
import { setHidden } from "./own-property.ts";
import { rememberDetails } from "./recorded-details.ts";
import type { PathKey } from "./value-path.ts";

const constructors = new Map<string, new (message: string) => Error>([
  ["Error", Error],
  ["EvalError", EvalError],
  ["RangeError", RangeError],
  ["ReferenceError", ReferenceError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
  ["URIError", URIError],
]);

/**
 * An error with everything its record holds. Builtin classes are themselves again; of other classes the name is kept and
 * the nearest builtin class above them. One of Reprise is a `RepriseError` again, whatever it hangs on; not of its own class,
 * whose other fields are not recorded. The walk must have entered it.
 */
export function restoreEntered(walk: DecodeWalk, tree: unknown): Error {
  const record = checked(walk, tree);
  const names = record.names ?? [];
  const cause = record.cause === undefined ? undefined : restoreNested(walk, "cause", record.cause);
  const errors = record.errors === undefined ? undefined : restoreList(walk, record.errors);
  const error = construct([record.name, ...names], record.message, errors);
  if (error.name !== record.name) setHidden(error, "name", record.name);
  // An error made here would otherwise show the stack of the decoder.
  setHidden(error, "stack", record.stack);
  if (cause !== undefined) setHidden(error, "cause", cause);
  const own = error as Error & Record<string, unknown>;
  if (record.code !== undefined) own["code"] = record.code;
  if (isOurs(names, record)) {
    Object.assign(error, { retry: errorCodes[record.code as ErrorCode], indeterminate: false });
    brandError(error);
  }
  if (record.status !== undefined) own["status"] = record.status;
  if (record.retryAfterMs !== undefined) own["retryAfterMs"] = record.retryAfterMs;
  const data = record.data === undefined ? undefined : restoreValue(walk, "data", record.data);
  if (data !== undefined) own["data"] = data;
  if (record.thrown !== undefined) own["thrown"] = restoreValue(walk, "thrown", record.thrown);
  rememberDetails(error, record.thrown === undefined ? { names } : { names, thrown: record.thrown });
  return error;
}

function construct(names: readonly string[], message: string, errors: unknown[] | undefined): Error {
  if (errors !== undefined && names.includes("AggregateError")) return new AggregateError(errors, message);
  const name = names.find((each) => constructors.has(each));
  const Constructor = (name === undefined ? undefined : constructors.get(name)) ?? Error;
  const error = new Constructor(message);
  if (errors !== undefined) setHidden(error, "errors", errors);
  return error;
}

/** Was it a `RepriseError`, or the failure of a group, which extends another class? */
function isOurs(names: readonly string[], { name, code }: ErrorRecord): boolean {
  return (name === "RepriseError" || names.includes("RepriseError") || names.includes("GroupFailedError")) && typeof code === "string" && Object.hasOwn(errorCodes, code);
}

/** A cause that was not an error is itself again. */
function restoreNested(walk: DecodeWalk, key: PathKey, tree: ErrorRecord): unknown {
  walk.path[walk.depth - 1] = key;
  const level = walk.enter(1);
  const thrown = isRecord(tree) ? tree["thrown"] : undefined;
  const value = thrown === undefined ? restoreEntered(walk, tree) : restoreValue(walk, undefined, thrown);
  walk.depth = level;
  return value;
}

function restoreList(walk: DecodeWalk, trees: readonly ErrorRecord[]): unknown[] {
  return trees.map((tree, index) => restoreNested(walk, { kind: "error", index }, tree));
}

function restoreValue(walk: DecodeWalk, key: string | undefined, tree: unknown): unknown {
  walk.path[walk.depth - 1] = key;
  walk.nodes += 1;
  return walk.node(tree);
}

function checked(walk: DecodeWalk, tree: unknown): ErrorRecord {
  if (!isRecord(tree)) return walk.fail("its error is not an object");
  const { name, names, message, stack, code, status, retryAfterMs, errors } = tree;
  if (typeof name !== "string" || typeof message !== "string") return walk.fail("its error has no name or no message");
  if (names !== undefined && !(Array.isArray(names) && names.every((each) => typeof each === "string"))) walk.fail("the names of its error are not a list of strings");
  if (stack !== undefined && typeof stack !== "string") walk.fail("the stack of its error is not a string");
  if (code !== undefined && typeof code !== "string" && !Number.isFinite(code)) walk.fail("the code of its error is neither a string nor a number");
  if (status !== undefined && !Number.isFinite(status)) walk.fail("the status of its error is not a number");
  if (retryAfterMs !== undefined && !Number.isFinite(retryAfterMs)) walk.fail("the retryAfterMs of its error is not a number");
  if (errors !== undefined && !Array.isArray(errors)) walk.fail("the errors of its error are not a list");
  return tree as unknown as ErrorRecord;
}

function isRecord(tree: unknown): tree is Readonly<Record<string, unknown>> {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree);
}
