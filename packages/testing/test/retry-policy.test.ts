import type { RetryProvider } from "@reprise/core/spi";
import { retryProvider } from "@reprise/retry";
import { expect, test } from "vitest";
import { retryPolicyCases } from "../src/retry-policy-suite/retry-policy-suite.ts";
import { retryPolicySuite } from "../src/vitest.ts";

retryPolicySuite("retryProvider", {
  provider: () => retryProvider({ defaults: { llm_call: { maxAttempts: 5, maxDelayMs: "2m" } } }),
  configs: [{}, { maxAttempts: 1 }, { maxAttempts: 4, backoff: "fibonacci", jitter: "full" }, { maxAttempts: 3, neverRetryOn: [404, "AbortError"] }, { maxAttempts: 9, initialDelayMs: "1s", maxDelayMs: "1h" }],
  refused: [{ maxAttempts: 0 }, { maxAttempts: 1.5 }, { backoff: "sometimes" }, { maxAttempt: 3 }, 7, "often"],
});

// The suite must find what is wrong: a policy for each promise that does not keep it.
const good = retryProvider();
const bad: Readonly<Record<string, RetryProvider>> = {
  "T2: a decision says whether, and when or why not": wrapped((decide) => (failure) => ({ ...decide(failure), delayMs: -1 })),
  "T2: no attempt follows once all are spent": wrapped(() => () => ({ retry: true, delayMs: 1 })),
  "T4: a decision is a function of the failure: it can be repeated from the record": wrapped(() => {
    let asked = 0;
    return ({ failures }) => (failures < 3 ? { retry: true, delayMs: (asked += 1) } : { retry: false, reason: "exhausted" });
  }),
  "T2: a failure is left as it is": wrapped((decide) => (failure) => (Object.assign(failure.error, { message: "seen" }), decide(failure))),
  "T4: the configuration is plain data, and what it revives decides the same": { ...good, from: () => ({ ...good.from({ maxAttempts: 3 }), config: new Date() as never }) },
};

function wrapped(change: (decide: ReturnType<RetryProvider["from"]>["decide"]) => ReturnType<RetryProvider["from"]>["decide"]): RetryProvider {
  return {
    ...good,
    from: (config) => {
      const policy = good.from(config);
      return { config: policy.config, maxAttempts: policy.maxAttempts, decide: change((failure) => policy.decide(failure)) };
    },
  };
}

test.each(retryPolicyCases.map((each) => [each.name, each] as const))("a policy that does not keep to it is found: %s", (name, { run }) => {
  const provider = bad[name];
  expect(provider).toBeDefined();
  expect(() => run(good.from({ maxAttempts: 3 }), { provider: () => good, configs: [] })).not.toThrow();
  expect(() => run(provider!.from({ maxAttempts: 3 }), { provider: () => provider!, configs: [] })).toThrow();
});
