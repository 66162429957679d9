import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";
import { isWellFormed } from "../values/well-formed.ts";

const longestIdBytes = 200;
const encoder = new TextEncoder();

/**
 * Returns the id; throws `INVALID_ID` unless every backend can keep a run under this id: 1 to 200 bytes of UTF-8, no control characters,
 * no half surrogate pairs, Unicode normal form C (so that two ids which look the same are the same).
 *
 * @example
 * ```ts
 * import { checkStateId } from "@reprise/core/spi";
 *
 * console.log(checkStateId("import/2026-11-22")); // import/2026-11-22
 * ```
 */
export function checkStateId(stateId: unknown): string {
  const fault = faultOf(stateId);
  if (fault === undefined) return stateId as string;
  throw new RepriseError("INVALID_ID", `run id ${showValue(stateId)} ${fault}`, typeof stateId === "string" ? { stateId } : {});
}

function faultOf(stateId: unknown): string | undefined {
  if (typeof stateId !== "string") return `must be a string, got ${typeof stateId}`;
  if (stateId === "") return "must not be empty";
  if (/\p{Cc}/u.test(stateId)) return "must not contain control characters";
  if (!isWellFormed(stateId)) return "must not contain half a surrogate pair";
  if (stateId !== stateId.normalize("NFC")) return "must be in Unicode normal form C";
  const bytes = encoder.encode(stateId).length;
  return bytes > longestIdBytes ? `must be at most ${longestIdBytes} bytes of UTF-8, got ${bytes}` : undefined;
}
