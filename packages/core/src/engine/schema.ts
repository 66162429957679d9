import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CallSpec } from "./call.ts";
import { InputRejectedError, SchemaRejectedError } from "../errors/call-errors.ts";
import { isThenable } from "../values/is-thenable.ts";

/**
 * The value as a schema gives it; the value itself without one. A promise only if the schema itself is asynchronous.
 * Throws `SchemaRejectedError`.
 */
export function validated(schema: StandardSchemaV1 | undefined, value: unknown, address: string, what: "input" | "output" | "answer"): unknown {
  if (schema === undefined) return value;
  const result = schema["~standard"].validate(value);
  return isThenable(result) ? Promise.resolve(result).then((settled) => accepted(settled, address, what)) : accepted(result, address, what);
}

/** A recorded value as its caller gets it: through the output schema, item by item for a group. */
export function restored(spec: Pick<CallSpec, "type" | "outputSchema">, value: unknown, address: string): unknown {
  if (spec.outputSchema === undefined || spec.type !== "group" || !Array.isArray(value)) return validated(spec.outputSchema, value, address, "output");
  const items = value.map((item) => validated(spec.outputSchema, item, address, "output"));
  return items.some((item) => item instanceof Promise) ? Promise.all(items) : items;
}

function accepted(result: StandardSchemaV1.Result<unknown>, address: string, what: "input" | "output" | "answer"): unknown {
  if (result.issues === undefined) return result.value;
  const Rejected = what === "input" ? InputRejectedError : SchemaRejectedError;
  throw new Rejected(
    address,
    what,
    result.issues.map((issue) => ({ message: issue.message, path: pathText(issue.path) })),
  );
}

function pathText(path: StandardSchemaV1.Issue["path"]): string {
  return (path ?? [])
    .map((segment) => (typeof segment === "object" ? segment.key : segment))
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
}
