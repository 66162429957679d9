import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BackoffStrategy } from "./backoff-strategy.ts";
import { Jitter } from "./jitter.ts";
import { parseRetryConfig } from "./parse-retry-config.ts";
import { predicateRegistry } from "./predicate-registry.ts";
import { RetryConfigError } from "./retry-config-error.ts";

const registry = predicateRegistry({ quota: () => true });
const parse = (config: unknown): ReturnType<typeof parseRetryConfig> => parseRetryConfig(config, registry);
const refusal = (config: unknown): RetryConfigError => {
  try {
    parse(config);
  } catch (error) {
    if (error instanceof RetryConfigError) return error;
    throw error;
  }
  throw new Error("not refused");
};

test("an empty configuration is 3 attempts, exponential from 1 s, at most 30 s, plus or minus 25 %", () => {
  expect(parse({})).toEqual({
    maxAttempts: 3,
    backoff: "exponential",
    initialDelayMs: 1_000,
    multiplier: 2,
    maxDelayMs: 30_000,
    jitter: "quarter",
    retryOn: null,
    neverRetryOn: [],
    respectRetryAfter: true,
  });
});

test("an option that is undefined is one that was left out", () => {
  expect(parse({ maxAttempts: undefined, maxDelayMs: undefined, retryOn: undefined, neverRetryOn: undefined })).toEqual(parse({}));
});

test("durations may be text and become milliseconds", () => {
  expect(parse({ initialDelayMs: "1.5s", maxDelayMs: "2m" })).toMatchObject({ initialDelayMs: 1_500, maxDelayMs: 120_000 });
});

test("a first delay above 30 s is not cut by the default cap, but it is by a cap that was chosen", () => {
  expect(parse({ initialDelayMs: "1m" }).maxDelayMs).toBe(60_000);
  expect(parse({ initialDelayMs: "1m", maxDelayMs: "10s" }).maxDelayMs).toBe(10_000);
});

test("null and an empty list of retryOn stay apart: everything, and nothing", () => {
  expect(parse({ retryOn: null }).retryOn).toBeNull();
  expect(parse({ retryOn: [] }).retryOn).toEqual([]);
  expect(parse({ neverRetryOn: null }).neverRetryOn).toEqual([]);
});

describe("a refused option is named with its rule and what was received", () => {
  test.each<[string, unknown, string, string]>([
    ["maxAttempts", 0, "whole number from 1", "0"],
    ["maxAttempts", -1, "whole number from 1", "-1"],
    ["maxAttempts", 2.5, "whole number from 1", "2.5"],
    ["maxAttempts", Number.NaN, "whole number from 1", "NaN"],
    ["maxAttempts", Infinity, "whole number from 1", "Infinity"],
    ["maxAttempts", "3", "whole number from 1", '"3"'],
    ["maxAttempts", null, "whole number from 1", "null"],
    ["backoff", "quadratic", "one of constant, linear, exponential, fibonacci", '"quadratic"'],
    ["backoff", "toString", "one of constant", '"toString"'],
    ["initialDelayMs", -1, "number of milliseconds from 0", "-1"],
    ["initialDelayMs", "soon", "number of milliseconds from 0", '"soon"'],
    ["initialDelayMs", 5n, "number of milliseconds from 0", "5n"],
    ["maxDelayMs", Infinity, "number of milliseconds from 0", "Infinity"],
    ["maxDelayMs", "1 fortnight", "number of milliseconds from 0", '"1 fortnight"'],
    ["multiplier", 0.5, "finite number from 1", "0.5"],
    ["multiplier", Infinity, "finite number from 1", "Infinity"],
    ["multiplier", "2", "finite number from 1", '"2"'],
    ["jitter", true, "one of none, full, equal, quarter", "true"],
    ["respectRetryAfter", "yes", "true or false", '"yes"'],
    ["retryOn", "TimeoutError", "a list", '"TimeoutError"'],
    ["neverRetryOn", { 0: 404 }, "a list", "an object"],
    ["retries", 3, "maxAttempts", "3"],
    ["timeoutMs", 3, "belongs to the actor or the call", "3"],
    ["attemptTimeoutMs", 3, "belongs to the actor or the call", "3"],
    ["predicates", {}, "retry(config, { predicates })", "an object"],
    ["max_attempts", 3, "is not an option (options: maxAttempts, backoff,", "3"],
    ["constructor", 3, "is not an option", "3"],
  ])("%s: %o", (option, value, rule, received) => {
    const error = refusal({ [option]: value });
    expect(error).toMatchObject({ name: "RetryConfigError", code: "INVALID_RETRY_CONFIG", issues: [{ option, received }] });
    expect(error.issues[0]?.rule).toContain(rule);
    expect(error.message).toBe(`invalid retry configuration: ${option} ${error.issues[0]?.rule}, received ${received}`);
  });

  test.each<[string, unknown, string]>([
    ["retryOn[1]", { retryOn: ["ok", ""] }, '""'],
    ["retryOn[0]", { retryOn: [TypeError] }, "a function"],
    ["neverRetryOn[2]", { neverRetryOn: [404, "x", 1.5] }, "1.5"],
    ["neverRetryOn[0].predicate", { neverRetryOn: [{ predicate: "" }] }, '""'],
    ["neverRetryOn[0]", { neverRetryOn: [{ predicate: () => true }] }, "an object"],
    ["retryOn[0]", { retryOn: [{ predicate: "quota", extra: 1 }] }, "an object"],
    ["retryOn[0]", { retryOn: [null] }, "null"],
    ["retryOn[0].predicate", { retryOn: [{ predicate: "unheard" }] }, '"unheard"'],
    ["neverRetryOn[1].predicate", { neverRetryOn: [1, { predicate: "toString" }] }, '"toString"'],
  ])("%s in a list", (option, config, received) => {
    expect(refusal(config).issues).toMatchObject([{ option, received }]);
  });

  test("an unregistered predicate is told which ones there are", () => {
    expect(refusal({ retryOn: [{ predicate: "unheard" }] }).message).toContain("must name a registered predicate (network, quota)");
  });

  test.each([[null], ["exponential"], [3], [[]], [false]])("%o is no configuration at all", (config) => {
    expect(refusal(config).issues[0]?.option).toBe("config");
  });

  test("all refused options are named at once, a long value shortened", () => {
    const error = refusal({ maxAttempts: 0, jitter: "x".repeat(1_000), surprise: 1 });
    expect(error.issues.map(({ option }) => option).toSorted()).toEqual(["jitter", "maxAttempts", "surprise"]);
    expect(error.message.length).toBeLessThan(600);
  });
});

const anyMatcher = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.constantFrom({ predicate: "quota" }, { predicate: "network" }));
const anyDuration = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom("1.5s", "2m", "0ms", "1d"));
const anyConfig = fc.record(
  {
    maxAttempts: fc.integer({ min: 1 }),
    backoff: fc.constantFrom(...Object.values(BackoffStrategy)),
    initialDelayMs: anyDuration,
    multiplier: fc.double({ min: 1, noNaN: true, noDefaultInfinity: true }),
    maxDelayMs: anyDuration,
    jitter: fc.constantFrom(...Object.values(Jitter)),
    retryOn: fc.option(fc.array(anyMatcher)),
    neverRetryOn: fc.option(fc.array(anyMatcher)),
    respectRetryAfter: fc.boolean(),
  },
  { requiredKeys: [] },
);

test("T1: a resolved configuration survives JSON and resolves to itself", () => {
  fc.assert(
    fc.property(anyConfig, (config) => {
      const resolved = parse(config);
      expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved);
      expect(parse(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
    }),
  );
});

test("whatever is given, the answer is a configuration or a RetryConfigError", () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.record({ maxAttempts: fc.anything(), retryOn: fc.anything(), initialDelayMs: fc.anything() }, { requiredKeys: [] })), (config) => {
      try {
        expect(parse(config).maxAttempts).toBeGreaterThanOrEqual(1);
      } catch (error) {
        expect(error).toBeInstanceOf(RetryConfigError);
      }
    }),
  );
});
