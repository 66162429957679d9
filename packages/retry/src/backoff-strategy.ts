/** How the delay grows from one retry to the next; d is `initialDelayMs`, m is `multiplier`, n counts retries from 1. */
export const BackoffStrategy = {
  /** d, d, d, d */
  CONSTANT: "constant",
  /** d * n: 1, 2, 3, 4 */
  LINEAR: "linear",
  /** d * m^(n-1): 1, 2, 4, 8 with m = 2 */
  EXPONENTIAL: "exponential",
  /** d * fibonacci(n): 1, 1, 2, 3, 5 */
  FIBONACCI: "fibonacci",
} as const;
/** A growth of delays: `BackoffStrategy.LINEAR` and `"linear"` are the same. */
export type BackoffStrategy = (typeof BackoffStrategy)[keyof typeof BackoffStrategy];
