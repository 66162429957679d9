/** Time and chance, as this package needs them. Nothing else in it reads a clock, draws a random number or starts a timer. */
export interface RetrySystem {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Calls back after `delayMs`, whatever its length, and keeps the process alive meanwhile. Returns what cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

// The longest delay setTimeout takes; beyond it fires at once.
const longestTimerMs = 2 ** 31 - 1;

/** The clock, chance and timers of the runtime this is called on. */
export const defaultSystem: RetrySystem = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer(delayMs, callback) {
    let left = delayMs;
    let timer: ReturnType<typeof setTimeout>;
    const next = (): void => {
      const step = Math.min(left, longestTimerMs);
      left -= step;
      timer = setTimeout(() => (left > 0 ? next() : callback()), step);
    };
    next();
    return () => clearTimeout(timer);
  },
};
