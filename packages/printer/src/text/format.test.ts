import fc from "fast-check";
import { expect, test } from "vitest";
import { formatClock, formatCount, formatDuration, formatShare } from "./format.ts";

test.each([
  [0, "0ms"],
  [0.4, "<1ms"],
  [59, "59ms"],
  [999.4, "999ms"],
  [999.6, "1.0s"],
  [1749, "1.7s"],
  [59_949, "59.9s"],
  [59_950, "1m00s"],
  [125_000, "2m05s"],
  [3_599_600, "1h00m"],
  [5_400_000, "1h30m"],
  [86_400_000, "1d00h"],
  [273_600_000, "3d04h"],
  [120 * 86_400_000, "120d"],
  [-5, "0ms"],
  [Number.NaN, "n/a"],
  [undefined, "n/a"],
])("a duration of %s ms is shown as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("no duration takes more than six columns, so that a saved one with its minus fits into seven", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 8e15, noNaN: true }), (ms) => {
      expect(formatDuration(ms).length).toBeLessThanOrEqual(7);
      if (ms < 8e12) expect(formatDuration(ms).length).toBeLessThanOrEqual(6);
    }),
  );
});

test("a share of nothing is n/a, and only everything is 100%", () => {
  expect(formatShare(0, 0)).toBe("n/a");
  expect(formatShare(2, 5)).toBe("40%");
  expect(formatShare(6, 7)).toBe("85.7%");
  expect(formatShare(9999, 10_000)).toBe("99.9%");
  expect(formatShare(10_000, 10_000)).toBe("100%");
  expect(formatShare(1, 10_000)).toBe("0.1%");
  expect(formatShare(0, 10_000)).toBe("0%");
});

test("counts agree with their nouns", () => {
  expect(formatCount(1, "call")).toBe("1 call");
  expect(formatCount(2, "call")).toBe("2 calls");
});

test("a clock time is that of the offset, and an impossible one does not throw", () => {
  expect(formatClock(Date.UTC(2026, 10, 21, 9, 30, 0, 7), 0)).toBe("09:30:00.007");
  expect(formatClock(Date.UTC(2026, 10, 21, 23, 30), 3_600_000)).toBe("00:30:00.000");
  expect(formatClock(Number.NaN, 0)).toBe("--:--:--.---");
});
