/** A store was named, or looked for, and there is none. */
export class StoreMissingError extends Error {
  override readonly name = "StoreMissingError";
}
