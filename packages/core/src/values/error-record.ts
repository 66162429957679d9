/**
 * An error as it is recorded: plain JSON data, by a whitelist, so that recording a failure can never fail and no socket,
 * header or request leaks into a journal (rule H3).
 */
export interface ErrorRecord {
  readonly name: string;
  /** Names of the error's class and of the classes above it, nearest first, without `Error` and `Object`, e.g. `["RateLimitError", "APIError"]`; absent if that is just `name`. */
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
  /** The error's own `data`, tagged, if it could be encoded and is no longer than 256 KiB; values of fields named like credentials are left out. */
  readonly data?: unknown;
  /** What was thrown was not an error: its tagged value if it could be encoded. Left out if it carries headers, a request, response, config or socket. */
  readonly thrown?: unknown;
}
