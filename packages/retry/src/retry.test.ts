import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorRecord } from "./error-record.ts";
import { retry } from "./retry.ts";

const busy: ErrorRecord = { name: "HttpError", message: "busy", status: 503 };

describe("decisions", () => {
  test("T2: maxAttempts includes the first attempt", () => {
    const policy = retry({ maxAttempts: 3, jitter: "none" });
    expect([1, 2, 3, 4].map((failures) => policy.decide({ error: busy, failures, random: 0 }))).toEqual([
      { retry: true, delayMs: 1_000 },
      { retry: true, delayMs: 2_000 },
      { retry: false, reason: "exhausted" },
      { retry: false, reason: "exhausted" },
    ]);
    expect(retry({ maxAttempts: 1 }).decide({ error: busy, failures: 1, random: 0 })).toEqual({ retry: false, reason: "exhausted" });
  });

  test("an error that is never retried is called so, with attempts left and without", () => {
    const error = { name: "TypeError", message: "" };
    for (const failures of [1, 3]) expect(retry().decide({ error, failures, random: 0 })).toEqual({ retry: false, reason: "not-retryable" });
  });

  test("the same failure gets the same answer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, random) => {
        const policy = retry({ maxAttempts: 10 });
        expect(policy.decide({ error: busy, failures, random })).toEqual(retry(policy.config).decide({ error: busy, failures, random }));
      }),
    );
  });

  test("the delay of a decision is that of delayBeforeRetry", () => {
    const policy = retry({ jitter: "full" });
    expect(policy.decide({ error: busy, failures: 2, random: 0.25 })).toEqual({ retry: true, delayMs: policy.delayBeforeRetry(2, 0.25) });
    expect(policy.delayBeforeRetry(2, 0.25)).toBe(500);
  });
});

describe("T2: Retry-After", () => {
  const delay = (error: ErrorRecord, config = {}): unknown => retry({ jitter: "none", ...config }).decide({ error, failures: 1, random: 0 });

  test.each<[string, number, number]>([
    ["is waited instead of the backoff", 5_000, 5_000],
    ["also if it is shorter", 100, 100],
    ["is cut at the cap", 3_600_000, 30_000],
    ["is ignored if it asks for nothing", 0, 1_000],
    ["is ignored if a record says something impossible", -5, 1_000],
    ["is ignored if it is no number", Number.NaN, 1_000],
  ])("it %s", (_, retryAfterMs, delayMs) => {
    expect(delay({ ...busy, retryAfterMs })).toEqual({ retry: true, delayMs });
  });

  test("it counts where it is found in the chain, the longest one", () => {
    const wrapped = { name: "ActorFailedError", message: "", code: "ACTOR_FAILED", cause: { ...busy, retryAfterMs: 7_000 } };
    expect(delay(wrapped)).toEqual({ retry: true, delayMs: 7_000 });
    expect(delay({ name: "AggregateError", message: "", errors: [wrapped, { ...busy, retryAfterMs: 9_000 }, busy] })).toEqual({ retry: true, delayMs: 9_000 });
  });

  test("it can be switched off", () => {
    expect(delay({ ...busy, retryAfterMs: 5_000 }, { respectRetryAfter: false })).toEqual({ retry: true, delayMs: 1_000 });
  });
});

describe("configuration of a policy", () => {
  test("T1: a policy revived from its recorded configuration is the same", () => {
    const options = { predicates: { quota: ({ message }: ErrorRecord) => message === "quota" } };
    const policy = retry({ maxAttempts: 7, backoff: "fibonacci", initialDelayMs: "2s", retryOn: [503, { predicate: "quota" }], neverRetryOn: ["E"] }, options);
    const revived = retry(JSON.parse(JSON.stringify(policy.config)), options);
    expect(revived.config).toEqual(policy.config);
    expect(revived.maxAttempts).toBe(7);
    expect(revived.decide({ error: { name: "X", message: "quota" }, failures: 3, random: 0.5 })).toEqual({ retry: true, delayMs: 4_000 });
  });

  test("neither the policy nor its configuration can be changed, and the caller's lists stay the caller's", () => {
    const retryOn = ["TimeoutError"];
    const policy = retry({ retryOn, neverRetryOn: [{ predicate: "network" }] });
    retryOn.push("Error");
    expect(policy.config.retryOn).toEqual(["TimeoutError"]);
    for (const part of [policy, policy.config, policy.config.retryOn, policy.config.neverRetryOn, policy.config.neverRetryOn[0]]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(retryOn)).toBe(false);
  });

  test("predicates must be functions and leave built-in names alone", () => {
    expect(() => retry({}, { predicates: { quota: "no" as unknown as () => boolean } })).toThrow('predicates.quota must be a function, received "no"');
    expect(() => retry({}, { predicates: { network: () => true } })).toThrow("predicates.network must have another name");
  });
});

test.each<readonly [unknown, string]>([
  [{ predicate: {}, name: "x" }, 'predicate is not an option of retry (options: predicates), received an object; name is not an option of retry (options: predicates), received "x"'],
  [null, "options of retry must be an object, received null"],
])("retry({}, %o) is refused", (options, message) => {
  expect(() => retry({}, options as never)).toThrow(expect.objectContaining({ code: "INVALID_RETRY_CONFIG", message: `invalid retry configuration: ${message}` }));
});

test.each<readonly [unknown, unknown, string]>([
  [() => 1, { singal: 1 }, "singal"],
  [() => 1, { signal: 1 }, "signal"],
  [() => 1, { onRetry: 5 }, "onRetry"],
  [() => 1, { system: null }, "system"],
  [() => 1, null, "options of run"],
  [5, {}, "work"],
])("run(%o, %o) rejects before anything is tried", async (work, options, option) => {
  await expect(retry().run(work as never, options as never)).rejects.toMatchObject({ code: "INVALID_RETRY_CONFIG", issues: [{ option }] });
});
