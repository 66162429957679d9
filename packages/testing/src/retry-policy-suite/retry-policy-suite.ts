import { checkKnown, EventType, type ErrorRecord, type FailureRecord, type OptionNames, type RetryPolicy, type RetryProvider } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";

/** What `retryPolicySuite` needs to know about a provider of policies. */
export interface RetryPolicySuiteOptions {
  readonly provider: () => RetryProvider;
  /** Configurations that `from` takes; at least one. */
  readonly configs: readonly unknown[];
  /** What `from` refuses. Cases about it are left out without it. */
  readonly refused?: readonly unknown[];
}

const optionNames: OptionNames<RetryPolicySuiteOptions> = { provider: true, configs: true, refused: true };

/** One case, tried with every policy. */
export interface RetryPolicyCase {
  readonly name: string;
  run(policy: RetryPolicy, options: RetryPolicySuiteOptions): void;
}

const errors: readonly ErrorRecord[] = [
  { name: "Error", message: "busy" },
  { name: "TimeoutError", message: "too slow", code: "TIMEOUT" },
  { name: "ApiError", message: "limit", status: 429, retryAfterMs: 1_500 },
  { name: "ApiError", message: "gone", status: 404 },
  { name: "AbortError", message: "aborted" },
  { name: "NonError", message: "" },
];
const draws = [0, 0.25, 0.5, 1 - 2 ** -53];

function* failures(): Generator<FailureRecord> {
  for (const error of errors) for (const random of draws) for (const spent of [1, 2, 3, 5, 8, 1_000_000]) yield { error, failures: spent, random };
}

/** Every case, for those who want to run them otherwise than with {@link retryPolicySuite}. */
export const retryPolicyCases: readonly RetryPolicyCase[] = [
  {
    name: "T2: a decision says whether, and when or why not",
    run(policy) {
      for (const failure of failures()) {
        const decision = policy.decide(failure);
        if (decision.retry) expect(Number.isFinite(decision.delayMs) && decision.delayMs >= 0, `delayMs ${String(decision.delayMs)} after ${JSON.stringify(failure)}`).toBe(true);
        else expect(["exhausted", "not-retryable"]).toContain(decision.reason);
      }
    },
  },
  {
    name: "T2: no attempt follows once all are spent",
    run(policy) {
      expect(Number.isSafeInteger(policy.maxAttempts) && policy.maxAttempts >= 1, `maxAttempts must be a whole number from 1, got ${String(policy.maxAttempts)}`).toBe(true);
      for (const failure of failures()) if (failure.failures >= policy.maxAttempts) expect(policy.decide(failure).retry).toBe(false);
    },
  },
  {
    name: "T4: a decision is a function of the failure: it can be repeated from the record",
    run(policy) {
      for (const failure of failures()) {
        const first = policy.decide(failure);
        for (const other of draws) policy.decide({ ...failure, failures: failure.failures + 1, random: other });
        expect(policy.decide(structuredClone(failure))).toEqual(first);
      }
    },
  },
  {
    name: "T2: a failure is left as it is",
    run(policy) {
      for (const failure of failures()) {
        const before = structuredClone(failure);
        policy.decide(failure);
        expect(failure).toEqual(before);
      }
    },
  },
  {
    name: "T4: the configuration is plain data, and what it revives decides the same",
    run(policy, { provider }) {
      const carried: unknown = JSON.parse(JSON.stringify(policy.config));
      expect(carried).toEqual(policy.config);
      const revived = provider().from(carried);
      expect(revived.maxAttempts).toBe(policy.maxAttempts);
      expect(revived.config).toEqual(policy.config);
      for (const failure of failures()) expect(revived.decide(failure)).toEqual(policy.decide(failure));
    },
  },
];

/**
 * Registers vitest cases for the contract of `RetryPolicy` and `RetryProvider`. Call it at the top level of a test file. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { retryProvider } from "@reprise/retry";
 * import { retryPolicySuite } from "@reprise/testing/vitest";
 *
 * retryPolicySuite("retryProvider", { provider: () => retryProvider(), configs: [{ maxAttempts: 3 }], refused: [{ maxAttempts: 0 }] });
 * ```
 */
export function retryPolicySuite(name: string, options: RetryPolicySuiteOptions): void {
  checkKnown(options, optionNames, "retryPolicySuite");
  const { provider, configs, refused } = options;
  describe(`retryPolicySuite: ${name}`, () => {
    test("there is a configuration to try", () => {
      expect(configs.length).toBeGreaterThan(0);
    });
    describe.each(configs.map((config) => [JSON.stringify(config), config] as const))("%s", (_, config) => {
      for (const { name: sentence, run } of retryPolicyCases) test(sentence, () => run(provider().from(config), options));
    });
    test("T3: the default of every type of call is false, or a policy that can be revived", () => {
      for (const type of Object.values(EventType)) {
        const policy = provider().defaultFor(type);
        if (policy !== false) for (const { run } of retryPolicyCases) run(policy, options);
      }
    });
    if (refused !== undefined) {
      test.each(refused.map((config) => [JSON.stringify(config), config] as const))("T2: %s is refused, and the message says what is wrong", (_, config) => {
        let message: string | undefined;
        try {
          provider().from(config);
        } catch (error) {
          message = error instanceof Error ? error.message : String(error);
        }
        expect(message ?? "it was taken").toMatch(/\w{4,}.*\w/u);
        expect(message).toBeDefined();
      });
    }
  });
}
