import type { RetrySystem } from "../src/system.ts";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved, with timers that can be counted. */
export function fakeSystem(random = 0.5): RetrySystem & { advance(ms: number): Promise<void>; pendingDelays(): readonly number[] } {
  let now = 1_000_000;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    random: () => random,
    setTimer(delayMs, callback) {
      const timer = { dueAt: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ dueAt }) => dueAt <= now)) {
        timers.delete(timer);
        timer.callback();
      }
      await settle();
    },
    pendingDelays: () => [...timers].map(({ dueAt }) => dueAt - now),
  };
}

/** Lets everything run that needs no timer. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
