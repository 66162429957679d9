import type { ErrorRecord } from "./error-record.ts";
import { namesOf } from "./names-of.ts";

/** The three of rule T3, then what schema libraries throw (zod, valibot, arktype, standard-schema), then structuredClone. */
const programmingNames = new Set([
  "TypeError", "ReferenceError", "SyntaxError",
  "ZodError", "$ZodError", "ValiError", "TraversalError", "SchemaError",
  "DataCloneError",
]);

/** Reprise's own: schemas, codecs and mistakes in definitions. */
const programmingCodes: ReadonlySet<unknown> = new Set([
  "SCHEMA_REJECTED", "NOT_ENCODABLE", "NOT_DECODABLE",
  "INVALID_OPTION", "INVALID_DEFINITION", "INVALID_ADDRESS", "INVALID_ID", "INVALID_RETRY_CONFIG",
]);

/** Is this error itself a mistake in the program, which another attempt would only repeat? */
export function isProgrammingError(error: ErrorRecord): boolean {
  return programmingCodes.has(error.code) || namesOf(error).some((name) => programmingNames.has(name));
}
