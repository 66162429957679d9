import type { EventType } from "../events/event-type.ts";
import type { ErrorRecord } from "../values/error-record.ts";

/** Data that JSON keeps as it is. */
export type PlainData = null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData };

/** A failed attempt, as a policy sees it: plain data, so that a decision can be repeated from a record. */
export interface FailureRecord {
  readonly error: ErrorRecord;
  /** How many attempts of the budget are spent, this one included: from 1. Lost attempts do not count. */
  readonly failures: number;
  /** Uniform in [0, 1): for jitter. */
  readonly random: number;
}

/** What a policy says about a failed attempt. */
export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly reason: "exhausted" | "not-retryable" };

/** Decides whether and when a failed attempt is followed by another. Pure. */
export interface RetryPolicy {
  /** What is recorded, so that another process can revive the policy through `RetryProvider.from`. */
  readonly config: PlainData;
  /** The first attempt included. */
  readonly maxAttempts: number;
  /** Whether another attempt follows, and after how many ms. The same failure gives the same decision. */
  decide(failure: FailureRecord): RetryDecision;
}

/** What `createReprise({ retry })` takes: revives recorded configurations and knows the defaults. */
export interface RetryProvider {
  /** Throws an error that names the option if `config` is not valid. */
  from(config: unknown): RetryPolicy;
  /** The policy of calls that name none; `false` for a single attempt. */
  defaultFor(type: EventType): RetryPolicy | false;
}
