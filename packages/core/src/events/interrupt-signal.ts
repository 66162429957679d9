/** Why a run was interrupted. */
export const InterruptReason = {
  USER_CANCELLED: "user_cancelled",
  /** The run's `deadlineMs` has passed. */
  TIMEOUT: "timeout",
  RESOURCE_LIMIT: "resource_limit",
  ERROR_THRESHOLD: "error_threshold",
  PRIORITY_OVERRIDE: "priority_override",
  CUSTOM: "custom",
} as const;
/** Why a run was interrupted: `InterruptReason.TIMEOUT` and `"timeout"` are the same. */
export type InterruptReason = (typeof InterruptReason)[keyof typeof InterruptReason];

/** What whoever interrupts a run may say. */
export interface InterruptOptions {
  /** Default: `"user_cancelled"`. */
  readonly reason?: InterruptReason;
  /** For people; recorded and shown. Default: none. */
  readonly message?: string;
  /** Who or what it was, for people; recorded and shown. Default: nobody is named. */
  readonly triggeredBy?: string;
  /** `false`: the interruption is recorded all the same, but no checkpoint that is listed. Default: true. */
  readonly saveCheckpoint?: boolean;
}

/** An interruption as it is recorded and told. */
export interface InterruptSignal extends InterruptOptions {
  readonly reason: InterruptReason;
  readonly saveCheckpoint: boolean;
}

/**
 * Asked now and then whether the run is to be interrupted: `true` or a signal interrupts it; `false`, `null` and `undefined`
 * do not. May be asynchronous.
 */
export type InterruptChecker = () => boolean | InterruptOptions | null | undefined | PromiseLike<boolean | InterruptOptions | null | undefined>;
