/** The words on the command line, the configuration or a variable cannot be meant. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
