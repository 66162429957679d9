import type { PlainData, RetryPolicy } from "../ports/retry.ts";

/** A retry configuration: a policy, plain settings for the provider, or `false` for a single attempt. */
export type RetrySetting = RetryPolicy | { readonly [option: string]: unknown } | false;

/** The kinds of call that can be retried: groups and branches are code of the engine's. */
export const retriedTypes = ["agent_call", "tool_call", "llm_call"] as const;
/** A kind of call that can be retried. */
export type RetriedType = (typeof retriedTypes)[number];

/**
 * How the calls of a whole run are retried, where neither the call nor its actor says so (rule T1). Recorded: a run that is
 * resumed has them without being told again, and settings given then replace the recorded ones as a whole.
 */
export interface RunRetryOptions {
  /**
   * For every kind of call, agents too: an agent that is retried spends a budget of its own on top of those of its calls, so
   * say `retryByType: { agent_call: false }` where that is not meant. Default: what the retry provider says.
   */
  readonly retry?: RetrySetting;
  /** For one kind of call, before `retry`. Default: none has one of its own. */
  readonly retryByType?: { readonly [T in RetriedType]?: RetrySetting };
}

/** The retry settings of a run as they are recorded: plain data, without those of actors and calls. */
export interface RetrySettings {
  /** For every kind of call; absent if none was given. */
  readonly retry?: PlainData;
  /** For one kind of call; absent if none was given. */
  readonly retryByType?: { readonly [T in RetriedType]?: PlainData };
}

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
  /**
   * Default: a call with a `key`, or of an agent whose handler text is unedited, gets the recorded result, with a notice; any other is
   * a new call (rule A3).
   */
  readonly onInputChange?: OnInputChange;
  /** Default: `"reuse"`, with a notice. */
  readonly onVersionChange?: OnVersionChange;
  /** Default: `"retry"`; `"ask"` for actors with `repeatable: false`. */
  readonly onUnknownOutcome?: OnUnknownOutcome;
}
