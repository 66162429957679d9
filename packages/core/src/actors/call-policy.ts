import type { RetryPolicy } from "../ports/retry.ts";

/** A retry configuration: a policy, plain settings for the provider, or `false` for a single attempt. */
export type RetrySetting = RetryPolicy | { readonly [option: string]: unknown } | false;

/** What to do where the input asked for differs from the recorded one of the paired call (rule R8). */
export type OnInputChange = "reuse" | "warn" | "rerun" | "fail";

/** What to do where the actor's version differs from the recorded one (rule R8). */
export type OnVersionChange = "reuse" | "warn" | "rerun" | "fail";

/** What to do with a leaf that had started and left no outcome (rule R3). */
export type OnUnknownOutcome = "retry" | "fail" | "ask";

/** How a call is treated; said by the actor, the call, the load or the Reprise: the nearest wins, nothing is merged. */
export interface CallPolicy {
  /** Default: what the retry provider says for this kind of actor; without a provider a single attempt. */
  readonly retry?: RetrySetting;
  /**
   * Limit of one attempt, in ms: a failure with code `TIMEOUT`, which may be retried. An agent that is entered again after a
   * restart has it anew. Default: none.
   */
  readonly attemptTimeoutMs?: number;
  /** Limit of the whole call, attempts and backoff included, in ms; kept across restarts. Default: none. */
  readonly timeoutMs?: number;
  /** Default: `"reuse"`, with a notice. */
  readonly onInputChange?: OnInputChange;
  /** Default: `"reuse"`, with a notice. */
  readonly onVersionChange?: OnVersionChange;
  /** Default: `"retry"`; `"ask"` for actors with `repeatable: false`. */
  readonly onUnknownOutcome?: OnUnknownOutcome;
}
