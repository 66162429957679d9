import { InputRejectedError, SchemaRejectedError } from "@reprise/core";
import { isThenable } from "@reprise/core/spi";
import type { StandardSchemaV1 } from "@standard-schema/spec";

/** Where a value stands, for the error of a schema that refuses it. */
export interface ValuePlace {
  readonly address: string;
  readonly what: "input" | "output";
  /** `.page` or `.pages[2]` */
  readonly path: string;
}

/** What a schema makes of a value; a promise only if the schema is asynchronous. Throws `SchemaRejectedError`, or `InputRejectedError`, which is never retried. */
export function checkedValue(schema: StandardSchemaV1 | undefined, value: unknown, place: ValuePlace): unknown {
  if (schema === undefined) return value;
  const result = schema["~standard"].validate(value);
  return isThenable(result) ? Promise.resolve(result).then((settled) => accepted(settled, place)) : accepted(result, place);
}

/** `finish` with the values, at once unless one of them is a promise. */
export function whenAll<Result>(values: readonly unknown[], finish: (values: readonly unknown[]) => Result | Promise<Result>): Result | Promise<Result> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values).then(finish) : finish(values);
}

function accepted(result: StandardSchemaV1.Result<unknown>, { address, what, path }: ValuePlace): unknown {
  if (result.issues === undefined) return result.value;
  const Rejected = what === "input" ? InputRejectedError : SchemaRejectedError;
  throw new Rejected(address, what, result.issues.map((issue) => ({ message: issue.message, path: `${path}${pathText(issue.path)}` })));
}

function pathText(path: StandardSchemaV1.Issue["path"]): string {
  return (path ?? [])
    .map((segment) => (typeof segment === "object" ? segment.key : segment))
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
}
