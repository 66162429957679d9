import type { ErrorRecord } from "./error-record.ts";

/** The error's name and the names of its classes, nearest first. */
export function namesOf(error: ErrorRecord): readonly string[] {
  return error.names === undefined ? [error.name] : [error.name, ...error.names];
}
