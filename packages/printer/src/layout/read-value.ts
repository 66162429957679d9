import { preview, type SecretKey } from "../text/preview.ts";

/** Recorded values are decoded when they are asked for; one that cannot be is said to be so, and costs no other line. */
export function readValue(read: () => unknown, secret: SecretKey, show: (value: unknown, secret: SecretKey) => string = preview): string {
  try {
    return show(read(), secret);
  } catch (error) {
    return `[unreadable: ${error instanceof Error ? error.message : String(error)}]`;
  }
}
