import { createHash } from "node:crypto";

/** Sha256 of a content in hexadecimal digits: the name it is stored under. */
export function contentIdOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
