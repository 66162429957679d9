import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";

/** More unread messages than this are not kept for a run. */
const longestInbox = 1_000;

/**
 * Returns the id; throws `INVALID_ID` unless every backend can keep a message under it: 1 to 64 of `a-z 0-9 _ -`.
 *
 * @example
 * ```ts
 * import { checkMessageId } from "@reprise/core/spi";
 *
 * console.log(checkMessageId("answer-1")); // answer-1
 * ```
 */
export function checkMessageId(messageId: unknown): string {
  if (typeof messageId === "string" && /^[a-z0-9_-]{1,64}$/u.test(messageId)) return messageId;
  throw new RepriseError("INVALID_ID", `message id ${showValue(messageId)} must be 1 to 64 of the letters a to z, digits, "_" and "-"`);
}

/**
 * Throws `LIMIT` if the message is too long, or too many are waiting.
 *
 * @example
 * ```ts
 * import { checkMessageFits } from "@reprise/core/spi";
 *
 * checkMessageFits("run-1", new Uint8Array(10), { maxRecordBytes: 1_000, waiting: 0 });
 * ```
 */
export function checkMessageFits(stateId: string, bytes: Uint8Array, limits: { readonly maxRecordBytes: number; readonly waiting: number }): void {
  const { maxRecordBytes, waiting } = limits;
  if (bytes.length > maxRecordBytes) throw new RepriseError("LIMIT", `run ${stateId}: the message has ${bytes.length} bytes, the backend takes at most ${maxRecordBytes}`, { stateId });
  if (waiting >= longestInbox) throw new RepriseError("LIMIT", `run ${stateId} has ${waiting} unread messages; it takes no more than ${longestInbox} until somebody resumes it`, { stateId, retry: "later" });
}
