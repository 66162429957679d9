import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defaultSystem } from "./system.ts";

describe("T6: timers of any length", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const longest = 2 ** 31 - 1;

  test.each([[0], [1], [longest], [longest + 1], [3 * longest + 5]])("a delay of %d ms ends when it is due, not before", (delayMs) => {
    let calls = 0;
    defaultSystem.setTimer(delayMs, () => (calls += 1));
    vi.advanceTimersByTime(Math.max(0, delayMs - 1));
    expect(calls).toBe(delayMs === 0 ? 1 : 0);
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("cancelling works in any part of a long delay and leaves no timer", () => {
    let calls = 0;
    const cancel = defaultSystem.setTimer(3 * longest, () => (calls += 1));
    vi.advanceTimersByTime(longest + 10);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(3 * longest);
    expect(calls).toBe(0);
  });
});
