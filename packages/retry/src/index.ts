// Making policies
export { retry } from "./retry.ts";
export { retryProvider } from "./retry-provider.ts";

// Values for configurations
export { BackoffStrategy } from "./backoff-strategy.ts";
export { Jitter } from "./jitter.ts";
export { httpPermanentStatuses, httpTransientStatuses } from "./http-statuses.ts";

// Judging errors by hand
export { isNetworkFailure } from "./network-failure.ts";
export { toErrorRecord } from "./to-error-record.ts";

// Errors
export { RetryConfigError } from "./retry-config-error.ts";
export { RetryPredicateError } from "./retry-predicate-error.ts";

// Types
export type { Duration } from "./duration.ts";
export type { ErrorRecord } from "./error-record.ts";
export type { PlainData } from "./plain-data.ts";
export type { ResolvedRetryConfig, RetryConfig } from "./retry-config.ts";
export type { RetryConfigIssue } from "./retry-config-error.ts";
export type { RetryMatcher, RetryPredicate, RetryPredicates } from "./retry-matcher.ts";
export type { FailureRecord, RetryDecision, RetryPolicy } from "./retry-policy.ts";
export type { RetryCallType, RetryProvider, RetryProviderOptions } from "./retry-provider.ts";
export type { RetryOptions } from "./retry.ts";
export type { RetryNotice, RetryRunAttempt, RetryRunOptions } from "./run-with-retry.ts";
export type { RetrySystem } from "./system.ts";
