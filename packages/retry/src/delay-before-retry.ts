import type { BackoffStrategy } from "./backoff-strategy.ts";
import { spread, type Jitter } from "./jitter.ts";

/** The part of a configuration that decides about delays. */
export interface Backoff {
  readonly backoff: BackoffStrategy;
  readonly initialDelayMs: number;
  readonly multiplier: number;
  readonly maxDelayMs: number;
  readonly jitter: Jitter;
}

/**
 * The delay before retry `n` (from 1) in ms: growth, jitter, cap (rule T2). Never above `maxDelayMs`, never negative or NaN,
 * for any n. Throws a RangeError if `n` is not a whole number from 1 or `random` is outside [0, 1].
 */
export function delayBeforeRetry(options: Backoff, n: number, random: number): number {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n must be a whole number from 1, received ${n}`);
  if (!(random >= 0 && random <= 1)) throw new RangeError(`random must be in [0, 1), received ${random}`);
  // Capped before the jitter as well: an endless growth would turn into Infinity * 0, and a delay far above the cap would
  // lose its jitter to the second cap, so that everybody would come back at the same moment.
  const capped = Math.min(grow(options, n), options.maxDelayMs);
  return Math.min(spread(capped, options.jitter, random), options.maxDelayMs);
}

function grow({ backoff, initialDelayMs, multiplier }: Backoff, n: number): number {
  // 0 * Infinity is NaN.
  if (initialDelayMs === 0) return 0;
  switch (backoff) {
    case "constant":
      return initialDelayMs;
    case "linear":
      return initialDelayMs * n;
    case "exponential":
      return initialDelayMs * multiplier ** (n - 1);
    case "fibonacci":
      return initialDelayMs * fibonacci(n);
  }
}

/** 1, 1, 2, 3, 5 and so on. Takes at most 1476 steps: the number after that is above what a double holds. */
function fibonacci(n: number): number {
  let current = 1;
  let next = 1;
  for (let index = 1; index < n && Number.isFinite(current); index += 1) [current, next] = [next, current + next];
  return current;
}
