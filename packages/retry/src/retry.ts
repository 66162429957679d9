import { checkKnown } from "./check-known.ts";
import { delayBeforeRetry } from "./delay-before-retry.ts";
import type { ErrorRecord } from "./error-record.ts";
import { errorsBelow } from "./errors-below.ts";
import { isRetryable } from "./is-retryable.ts";
import { parseRetryConfig } from "./parse-retry-config.ts";
import { predicateRegistry } from "./predicate-registry.ts";
import type { ResolvedRetryConfig, RetryConfig } from "./retry-config.ts";
import type { PredicateRegistry, RetryPredicates } from "./retry-matcher.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { runWithRetry } from "./run-with-retry.ts";

/** What a configuration needs and cannot contain. */
export interface RetryOptions {
  /** What `{ predicate: name }` in `retryOn` and `neverRetryOn` refers to. Default: none but `network`. */
  readonly predicates?: RetryPredicates;
}

/**
 * Makes a retry policy: how often, after which delay, and for which errors an attempt is repeated. For an actor or a call of
 * Reprise (`tool({ retry: retry({ maxAttempts: 4 }) })`), or alone through `run`. Without options: 3 attempts, exponential
 * from 1 s, at most 30 s, plus or minus 25 %. Throws `RetryConfigError` if an option cannot be used.
 *
 * @example
 * ```ts
 * import { retry } from "@reprise/retry";
 *
 * const policy = retry({ maxAttempts: 4, initialDelayMs: "20ms", neverRetryOn: [404] });
 * const text = await policy.run(async ({ attempt }) => {
 *   if (attempt < 3) throw Object.assign(new Error("busy"), { status: 503 });
 *   return `done at attempt ${attempt}`;
 * });
 * console.log(text); // "done at attempt 3"
 * ```
 */
export function retry(config: RetryConfig = {}, options: RetryOptions = {}): RetryPolicy {
  checkKnown("retry", options, ["predicates"]);
  const predicates = predicateRegistry(options.predicates);
  return policyOf(parseRetryConfig(config, predicates), predicates);
}

/** A policy over a configuration that was checked against the same predicates. */
export function policyOf(resolved: ResolvedRetryConfig, predicates: PredicateRegistry): RetryPolicy {
  const config = freeze(resolved);
  const { maxAttempts, retryOn, neverRetryOn, respectRetryAfter } = config;
  const rules = { retryOn, neverRetryOn, predicates };
  const policy: RetryPolicy = {
    config,
    maxAttempts,
    decide({ error, failures, random }) {
      if (!isRetryable(error, rules)) return { retry: false, reason: "not-retryable" };
      if (failures >= maxAttempts) return { retry: false, reason: "exhausted" };
      const asked = respectRetryAfter ? askedWaitMs(error) : 0;
      // Zero is mostly a date seen by a clock that runs ahead: the backoff is the safer answer to it.
      return { retry: true, delayMs: asked > 0 ? Math.min(asked, config.maxDelayMs) : delayBeforeRetry(config, failures, random) };
    },
    delayBeforeRetry: (n, random) => delayBeforeRetry(config, n, random),
    run: (work, runOptions) => runWithRetry(policy, work, runOptions),
  };
  return Object.freeze(policy);
}

/** The longest wait that the error or one below it asks for, in ms; 0 if none does. */
function askedWaitMs(error: ErrorRecord): number {
  return errorsBelow(error).reduce((longest, { retryAfterMs = 0 }) => (retryAfterMs > longest ? retryAfterMs : longest), 0);
}

function freeze(config: ResolvedRetryConfig): ResolvedRetryConfig {
  for (const list of [config.retryOn ?? [], config.neverRetryOn]) {
    for (const matcher of list) Object.freeze(matcher);
    Object.freeze(list);
  }
  return Object.freeze(config);
}
