import { expect, test } from "vitest";
import { longestDurationMs, parseDuration } from "./duration.ts";

test.each<[unknown, number]>([
  [0, 0], [1.5, 1.5], ["0ms", 0], ["250ms", 250], ["1.5s", 1_500], ["1.1s", 1_100], ["2m", 120_000], ["1h", 3_600_000], ["1d", 86_400_000], ["0.5ms", 0.5],
  [longestDurationMs, longestDurationMs],
])("%o is %d ms", (value, expected) => {
  expect(parseDuration(value)).toBe(expected);
});

test.each([
  -1, Number.NaN, Infinity, longestDurationMs + 1, "", "5", "-1s", "1e3s", "1 s", "1S", "1w", "s", " 1s", "1s ", ".5s", "1_000ms", "36526d", `${"9".repeat(400)}ms`, null, undefined, true, 5n, [], {}, ["1s"],
])("%o is no duration", (value) => {
  expect(parseDuration(value)).toBeUndefined();
});

test("minus zero becomes zero, which JSON keeps", () => {
  expect(Object.is(parseDuration(-0), 0)).toBe(true);
});
