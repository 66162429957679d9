import { invalidDefinition, shown } from "./invalid-definition.ts";

/**
 * Throws `INVALID_DEFINITION` for what is no object, and for an option that there is not: misspelt, it would be as if it had not been given. `path` says
 * where the options stand, and is empty for those of the flow itself. What is asked of jobs is checked by core's `checkKnown`, as what is asked of runs.
 */
export function checkOptions(path: string, given: unknown, names: Readonly<Record<string, true>>): asserts given is object {
  checkObject(path || "flow", given);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (unknown !== undefined) invalidDefinition(path === "" ? unknown : `${path}.${unknown}`, `is not an option (options: ${Object.keys(names).join(", ")})`);
}

/** Throws `INVALID_DEFINITION` unless the value is an object. */
export function checkObject(path: string, given: unknown): asserts given is object {
  if (typeof given !== "object" || given === null) invalidDefinition(path, `must be an object, got ${shown(given)}`);
}

/** Throws `INVALID_DEFINITION` unless the value is a number that something can be counted to. */
export function checkCount(path: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1) invalidDefinition(path, `must be a whole number from 1, got ${shown(value)}`);
}

/** Throws `INVALID_DEFINITION` unless the value is a time that is over some day. */
export function checkMs(path: string, value: unknown): void {
  if (typeof value !== "number" || !(value > 0) || !Number.isFinite(value)) invalidDefinition(path, `must be a positive number of milliseconds, got ${shown(value)}`);
}

/** Throws `INVALID_DEFINITION` unless the value is a function. */
export function checkFunction(path: string, value: unknown): void {
  if (typeof value !== "function") invalidDefinition(path, `must be a function, got ${shown(value)}`);
}
