/** The message of whatever was thrown. Never throws itself. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    // A proxy, or an object that cannot be made a text of.
    return "something that cannot be read";
  }
}
