import { invalidDefinition, shown } from "../invalid-definition.ts";

/** A value that JSON keeps as it is. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A frozen copy of a value that JSON keeps as it is; throws `INVALID_DEFINITION` with the path of what it would not. */
export function plainJson(value: unknown, path: string): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item, index) => plainJson(item, `${path}[${index}]`)));
  if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.freeze(Object.fromEntries(entries.map(([key, item]) => [key, plainJson(item, `${path}.${key}`)])));
  }
  return invalidDefinition(path, `must be plain data that JSON keeps, got ${shown(value)}`);
}
