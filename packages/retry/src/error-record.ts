/**
 * An error as plain JSON data, which is all that decisions are made from: a decision can be repeated from a recorded
 * error, in another process, where its class does not exist.
 */
export interface ErrorRecord {
  readonly name: string;
  /** Names of the error's class and of the classes above it, nearest first, without `Error` and `Object`; absent if that is just `name`. */
  readonly names?: readonly string[];
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  /** HTTP status. */
  readonly status?: number;
  /** What a `Retry-After` header or property asked for, in ms. */
  readonly retryAfterMs?: number;
  readonly cause?: ErrorRecord;
  readonly errors?: readonly ErrorRecord[];
  readonly data?: unknown;
  /** What was thrown, if it was not an error. */
  readonly thrown?: unknown;
}
