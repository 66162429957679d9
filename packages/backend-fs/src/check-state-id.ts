import { RepriseError } from "@reprise/core/spi";

const longestIdBytes = 200;

/**
 * Throws `INVALID_ID` unless every backend can keep a run under this id: 1 to 200 bytes of UTF-8, no control characters,
 * no half surrogate pairs, Unicode normal form C (so that two ids which look the same are the same).
 */
export function checkStateId(stateId: string): void {
  const fault = faultOf(stateId);
  if (fault !== undefined) throw new RepriseError("INVALID_ID", `run id ${JSON.stringify(stateId)} ${fault}`, { stateId });
}

function faultOf(stateId: string): string | undefined {
  if (typeof stateId !== "string") return `must be a string, got ${typeof stateId}`;
  if (stateId === "") return "must not be empty";
  if (/\p{Cc}/u.test(stateId)) return "must not contain control characters";
  if (/\p{Cs}/u.test(stateId)) return "must not contain half a surrogate pair";
  if (stateId !== stateId.normalize("NFC")) return "must be in Unicode normal form C";
  const bytes = Buffer.byteLength(stateId, "utf8");
  return bytes > longestIdBytes ? `must be at most ${longestIdBytes} bytes of UTF-8, got ${bytes}` : undefined;
}
