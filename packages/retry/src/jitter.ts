/** How much chance a delay gets, so that clients that failed together do not come back together. */
export const Jitter = {
  /** The delay itself. */
  NONE: "none",
  /** Anything between 0 and the delay. */
  FULL: "full",
  /** Half of the delay, and anything up to the other half. */
  EQUAL: "equal",
  /** The delay plus or minus 25 %. */
  QUARTER: "quarter",
} as const;
/** A kind of jitter: `Jitter.FULL` and `"full"` are the same. */
export type Jitter = (typeof Jitter)[keyof typeof Jitter];

/** Spreads `delayMs` by `random`, which is uniform in [0, 1). */
export function spread(delayMs: number, jitter: Jitter, random: number): number {
  switch (jitter) {
    case "none":
      return delayMs;
    case "full":
      return delayMs * random;
    case "equal":
      return delayMs / 2 + (delayMs / 2) * random;
    case "quarter":
      return delayMs * (0.75 + random / 2);
  }
}
