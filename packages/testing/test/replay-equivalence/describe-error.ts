/** What an error and its record have in common. */
interface ErrorLike {
  readonly message: string;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/**
 * A text for an error that does not depend on what core's messages say or on how many attempts were lost on the way: the
 * messages of what actors threw themselves, through causes and lists.
 */
export function describeError(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  if (Array.isArray(error.errors)) return `[${error.errors.map(describeError).join("|")}]`;
  const text = typeof error.code === "string" ? error.code : error.message;
  return error.cause === undefined ? text : `${text}{${describeError(error.cause)}}`;
}

function isErrorLike(error: unknown): error is ErrorLike {
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string";
}
