/** What a caller may do about an error: nothing, the same again, acquire the run again first, or the same later. */
export type RetryAdvice = "never" | "same" | "reacquire" | "later";

/**
 * Every code an error of Reprise can carry. Codes are stable, messages are not.
 * The value says what may be tried again when the thrower does not say otherwise.
 */
export const errorCodes = {
  // Mistakes found before anything happened
  INVALID_OPTION: "never",
  INVALID_DEFINITION: "never",
  INVALID_ADDRESS: "never",
  INVALID_ID: "never",
  LIMIT: "never",
  UNSUPPORTED: "never",

  // Values
  NOT_ENCODABLE: "never",
  NOT_DECODABLE: "never",
  SCHEMA_REJECTED: "never",
  SECRET_AS_TEXT: "never",

  // Outcomes of calls
  ACTOR_FAILED: "never",
  GROUP_FAILED: "never",
  CANCELLED: "never",
  TIMEOUT: "same",
  SCOPE_CLOSED: "never",

  // Waiting
  SUSPENDED: "never",
  EXECUTION_AWAITING: "later",
  AMBIGUOUS_ANSWER: "never",
  ANSWER_TOO_LATE: "never",

  // Stopped from outside
  EXECUTION_INTERRUPTED: "later",
  EXECUTION_PAUSED: "later",

  // Refusals: the run stops, nothing is recorded after, better code or an option can resume it
  AMBIGUOUS_REPLAY: "never",
  INPUT_CHANGED: "never",
  VERSION_CHANGED: "never",
  OUTCOME_UNKNOWN: "never",
  NOT_REPEATABLE: "never",
  POINT_NOT_REACHED: "never",
  RETRY_PROVIDER_MISSING: "never",
  SECRET_MISSING: "never",
  CALLS_OPEN: "later",

  // Validation
  VALIDATION_MISMATCH: "never",
  RECORD_ENDED: "never",

  // Storage
  NOT_FOUND: "never",
  ALREADY_EXISTS: "never",
  POINT_NOT_FOUND: "never",
  CONFLICT: "never",
  LEASE_HELD: "later",
  LEASE_LOST: "reacquire",
  FENCED: "reacquire",
  POISONED: "reacquire",
  NO_SPACE: "reacquire",
  CORRUPT: "never",
  DECRYPTION_FAILED: "never",
  INCOMPATIBLE: "never",
  INCOMPLETE: "never",
  CLOSED: "never",
  READ_ONLY: "never",
  SEALED: "never",
  IO: "later",
  UNAVAILABLE: "same",
} as const satisfies Record<string, RetryAdvice>;

/** A stable name for what went wrong, e.g. `"LEASE_HELD"`. */
export type ErrorCode = keyof typeof errorCodes;
