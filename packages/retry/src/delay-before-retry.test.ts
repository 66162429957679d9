import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BackoffStrategy } from "./backoff-strategy.ts";
import { delayBeforeRetry, type Backoff } from "./delay-before-retry.ts";
import { Jitter } from "./jitter.ts";

const base: Backoff = { backoff: "exponential", initialDelayMs: 1_000, multiplier: 2, maxDelayMs: 1_000_000, jitter: "none" };
const delays = (options: Partial<Backoff>, retries: readonly number[]): readonly number[] =>
  retries.map((n) => delayBeforeRetry({ ...base, ...options }, n, 0.5));

describe("T2: growth without jitter", () => {
  test.each<[Partial<Backoff>, readonly number[], readonly number[]]>([
    [{ backoff: "constant", initialDelayMs: 2_000 }, [1, 2, 3, 10], [2_000, 2_000, 2_000, 2_000]],
    [{ backoff: "linear", initialDelayMs: 2_000 }, [1, 2, 3, 5], [2_000, 4_000, 6_000, 10_000]],
    [{ backoff: "exponential" }, [1, 2, 3, 4, 5], [1_000, 2_000, 4_000, 8_000, 16_000]],
    [{ backoff: "exponential", initialDelayMs: 300, multiplier: 1.5 }, [1, 2, 3, 4], [300, 450, 675, 1012.5]],
    [{ backoff: "exponential", multiplier: 1 }, [1, 2, 1e9], [1_000, 1_000, 1_000]],
    [{ backoff: "fibonacci" }, [1, 2, 3, 4, 5, 6, 7, 8], [1_000, 1_000, 2_000, 3_000, 5_000, 8_000, 13_000, 21_000]],
    [{ backoff: "fibonacci", initialDelayMs: 1, maxDelayMs: 1e16 }, [50, 78], [12_586_269_025, 8_944_394_323_791_464]],
    [{ backoff: "exponential", maxDelayMs: 10_000 }, [1, 2, 3, 4, 5, 6, 10], [1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]],
    [{ backoff: "linear", initialDelayMs: 0 }, [1, 2, 1e9], [0, 0, 0]],
    [{ backoff: "exponential", initialDelayMs: 0 }, [1, 2, 1e9], [0, 0, 0]],
    [{ backoff: "constant", initialDelayMs: 5_000, maxDelayMs: 0 }, [1, 2], [0, 0]],
  ])("%o", (options, retries, expected) => {
    expect(delays(options, retries)).toEqual(expected);
  });

  test.each(Object.values(BackoffStrategy))("T2: %s is at the cap, and quickly, for retry 1e9 unless it is constant", (backoff) => {
    const startedAt = performance.now();
    for (let count = 0; count < 1_000; count += 1) delayBeforeRetry({ ...base, backoff }, 1e9, 0.5);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(delayBeforeRetry({ ...base, backoff }, 1e9, 0.5)).toBe(backoff === "constant" ? 1_000 : 1_000_000);
  });
});

describe("T2: jitter", () => {
  test.each<[Jitter, number, number]>([
    ["none", 10_000, 10_000],
    ["full", 0, 10_000],
    ["equal", 5_000, 10_000],
    ["quarter", 7_500, 12_500],
  ])("%s spreads 10 s over [%d, %d)", (jitter, lowest, highest) => {
    const at = (random: number): number => delayBeforeRetry({ ...base, initialDelayMs: 10_000, jitter }, 1, random);
    expect(at(0)).toBe(lowest);
    expect(at(0.5)).toBe((lowest + highest) / 2);
    expect(at(1 - 2 ** -53)).toBeCloseTo(highest, 6);
  });

  test("T2: the cap comes after the jitter, so no delay is above it", () => {
    expect(delayBeforeRetry({ ...base, initialDelayMs: 10_000, maxDelayMs: 10_000, jitter: "quarter" }, 1, 0.99)).toBe(10_000);
  });

  test("T2: a delay that outgrew the cap is still spread, so that clients do not come back together", () => {
    expect(delayBeforeRetry({ ...base, maxDelayMs: 30_000, jitter: "full" }, 50, 0.5)).toBe(15_000);
    expect(delayBeforeRetry({ ...base, maxDelayMs: 30_000, jitter: "quarter" }, 50, 0)).toBe(22_500);
  });
});

const anyBackoff: fc.Arbitrary<Backoff> = fc.record({
  backoff: fc.constantFrom(...Object.values(BackoffStrategy)),
  initialDelayMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  multiplier: fc.double({ min: 1, noNaN: true, noDefaultInfinity: true }),
  maxDelayMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  jitter: fc.constantFrom(...Object.values(Jitter)),
});
const anyRetry = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1e9 }));
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("T2: any configuration, any n, any chance: finite, never negative, never above the cap", () => {
  fc.assert(
    fc.property(anyBackoff, anyRetry, anyRandom, (options, n, random) => {
      const delay = delayBeforeRetry(options, n, random);
      expect(Number.isFinite(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(options.maxDelayMs);
    }),
    { numRuns: 2_000 },
  );
});

test("T2: without jitter a later retry never waits less", () => {
  fc.assert(
    fc.property(anyBackoff, anyRetry, anyRetry, (options, one, other) => {
      const plain = { ...options, jitter: "none" } as const;
      expect(delayBeforeRetry(plain, Math.max(one, other), 0)).toBeGreaterThanOrEqual(delayBeforeRetry(plain, Math.min(one, other), 0));
    }),
    { numRuns: 1_000 },
  );
});

test("a larger chance never gives a shorter delay", () => {
  fc.assert(
    fc.property(anyBackoff, anyRetry, anyRandom, anyRandom, (options, n, one, other) => {
      expect(delayBeforeRetry(options, n, Math.max(one, other))).toBeGreaterThanOrEqual(delayBeforeRetry(options, n, Math.min(one, other)));
    }),
  );
});

test.each([[0, 0.5, "n"], [1.5, 0.5, "n"], [Number.NaN, 0.5, "n"], [Infinity, 0.5, "n"], [1, -0.1, "random"], [1, Number.NaN, "random"], [1, 2, "random"]])(
  "n %d with random %d is refused by name",
  (n, random, name) => {
    expect(() => delayBeforeRetry(base, n, random)).toThrow(new RegExp(`^${name} must be`));
  },
);
