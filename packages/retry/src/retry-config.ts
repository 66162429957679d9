import type { BackoffStrategy } from "./backoff-strategy.ts";
import type { Duration } from "./duration.ts";
import type { Jitter } from "./jitter.ts";
import type { RetryMatcher } from "./retry-matcher.ts";

/** What `retry()` takes. Every option may be left out. */
export interface RetryConfig {
  /** Attempts in all, the first included: 1 means no retry. Default: 3. */
  readonly maxAttempts?: number;
  /** How delays grow. Default: `"exponential"`. */
  readonly backoff?: BackoffStrategy;
  /** The delay before the first retry, in ms or as text (`"1.5s"`). Default: 1000. */
  readonly initialDelayMs?: Duration;
  /** What an exponential delay is multiplied by for each further retry, from 1. Other strategies do not use it. Default: 2. */
  readonly multiplier?: number;
  /** No delay is ever longer, in ms or as text. Default: 30,000, or `initialDelayMs` if that is longer. */
  readonly maxDelayMs?: Duration;
  /** Default: `"quarter"`, the delay plus or minus 25 %. */
  readonly jitter?: Jitter;
  /** Retry these errors and no others. Default (`null`): every error but programming errors; an empty list retries nothing. */
  readonly retryOn?: readonly RetryMatcher[] | null;
  /** Never retry these, whatever `retryOn` says. Default: none. */
  readonly neverRetryOn?: readonly RetryMatcher[] | null;
  /** Wait what the failure's `Retry-After` asks for (up to `maxDelayMs`) instead of the computed delay. Default: true. */
  readonly respectRetryAfter?: boolean;
}

// A type and not an interface: only a type's properties count as those of plain data.
/** A configuration with every option decided and durations in ms: JSON keeps it, and `retry(it)` is the same policy again. */
export type ResolvedRetryConfig = {
  readonly maxAttempts: number;
  readonly backoff: BackoffStrategy;
  readonly initialDelayMs: number;
  readonly multiplier: number;
  readonly maxDelayMs: number;
  readonly jitter: Jitter;
  readonly retryOn: readonly RetryMatcher[] | null;
  readonly neverRetryOn: readonly RetryMatcher[];
  readonly respectRetryAfter: boolean;
};
