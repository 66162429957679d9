import { describe, expectTypeOf, test } from "vitest";
import {
  BackoffStrategy,
  Jitter,
  retry,
  retryProvider,
  type Duration,
  type ErrorRecord,
  type PlainData,
  type ResolvedRetryConfig,
  type RetryConfig,
  type RetryDecision,
  type RetryPolicy,
  type RetryProvider,
} from "./index.ts";

describe("configurations", () => {
  test("constants and text are the same", () => {
    expectTypeOf<BackoffStrategy>().toEqualTypeOf<"constant" | "linear" | "exponential" | "fibonacci">();
    expectTypeOf<Jitter>().toEqualTypeOf<"none" | "full" | "equal" | "quarter">();
    retry({ backoff: BackoffStrategy.LINEAR, jitter: Jitter.FULL });
    retry({ backoff: "linear", jitter: "full" });
  });

  test("a resolved configuration is plain data and a configuration", () => {
    expectTypeOf<ResolvedRetryConfig>().toExtend<PlainData>();
    expectTypeOf<ResolvedRetryConfig>().toExtend<RetryConfig>();
    expectTypeOf(retry().config).toEqualTypeOf<ResolvedRetryConfig>();
  });

  test("durations are numbers or text with a unit", () => {
    expectTypeOf<"1.5s">().toExtend<Duration>();
    expectTypeOf<"2m">().toExtend<Duration>();
    expectTypeOf<"soon">().not.toExtend<Duration>();
  });

  test("misuse does not compile", () => {
    // @ts-expect-error a strategy that does not exist
    retry({ backoff: "quadratic" });
    // @ts-expect-error an option that does not exist
    retry({ retries: 3 });
    // @ts-expect-error timeouts belong to actors and calls
    retry({ timeoutMs: 1_000 });
    // @ts-expect-error a class cannot be recorded
    retry({ retryOn: [TypeError] });
    // @ts-expect-error a duration without a unit
    retry({ initialDelayMs: "1500" });
    // @ts-expect-error false switches a call off, it is no configuration
    retry(false);
    // @ts-expect-error a predicate is synchronous
    retry({}, { predicates: { later: async () => true } });
    // @ts-expect-error tools are called tool_call
    retryProvider({ defaults: { tool: false } });
  });
});

describe("results", () => {
  test("run gives what the work gives", () => {
    const policy = retry();
    expectTypeOf(policy.run(() => 5)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(policy.run(async ({ attempt, signal }) => ({ attempt, signal }))).toEqualTypeOf<Promise<{ attempt: number; signal: AbortSignal }>>();
  });

  test("a decision is narrowed by retry", () => {
    const decision = {} as RetryDecision;
    if (decision.retry) expectTypeOf(decision.delayMs).toEqualTypeOf<number>();
    else expectTypeOf(decision.reason).toEqualTypeOf<"exhausted" | "not-retryable">();
  });

  test("a provider gives policies", () => {
    expectTypeOf(retryProvider()).toEqualTypeOf<RetryProvider>();
    expectTypeOf(retryProvider().from).parameter(0).toBeUnknown();
    expectTypeOf(retryProvider().defaultFor("tool_call")).toEqualTypeOf<RetryPolicy | false>();
    retryProvider({ predicates: { quota: (error) => expectTypeOf(error).toEqualTypeOf<ErrorRecord>() } });
  });
});
