import type { ErrorRecord } from "./error-record.ts";
import { isUnreadableJson } from "./unreadable-json.ts";
import { namesOf } from "./names-of.ts";

/** The three of rule T3, what structuredClone throws, and core's refusal of an input, which another attempt would be given again. */
const programmingNames = new Set(["TypeError", "ReferenceError", "SyntaxError", "DataCloneError", "InputRejectedError"]);

/** Reprise's own: codecs and mistakes in definitions. */
const programmingCodes: ReadonlySet<unknown> = new Set([
  "NOT_ENCODABLE", "NOT_DECODABLE",
  "INVALID_OPTION", "INVALID_DEFINITION", "INVALID_ADDRESS", "INVALID_ID", "INVALID_RETRY_CONFIG",
]);

/**
 * Is this error itself a mistake in the program, which another attempt would only repeat? Data that cannot be read is none:
 * the next attempt may be given other data.
 */
export function isProgrammingError(error: ErrorRecord): boolean {
  if (programmingCodes.has(error.code)) return true;
  return namesOf(error).some((name) => programmingNames.has(name)) && !isUnreadableJson(error);
}
