import { expect, test } from "vitest";
import { smoothedMs, syncPlace } from "./sync-place.ts";

// others, bytes, usualMs, place
test.each([
  [0, 300, 0.15, "loop"],
  [0, 300, 2, "loop"],
  [0, 262_144, 0.15, "loop"],
  // Several overlap in the pool.
  [1, 300, 0.15, "pool"],
  [99, 300, 0.15, "pool"],
  // It would hold the event loop for long.
  [0, 300, 2.1, "pool"],
  [0, 300, 15, "pool"],
  [0, 262_145, 0.15, "pool"],
  // Nobody knows yet.
  [0, 300, undefined, "pool"],
] as const)("with %i others, %i bytes and %s ms as usual, a sync is made in the %4$s", (others, bytes, usualMs, place) => {
  expect(syncPlace({ others, bytes, usualMs })).toBe(place);
});

test("one hiccup of a quick disk changes nothing, three in a row do, and a few quick ones set it right", () => {
  const after = (usualMs: number, ...durations: readonly number[]): number => durations.reduce((usual, ms) => smoothedMs(usual, ms), usualMs);
  expect(smoothedMs(undefined, 3)).toBe(3);
  expect(after(0.15, 10)).toBeLessThan(2);
  expect(after(0.15, 10, 10, 10)).toBeGreaterThan(2);
  expect(after(4, ...Array.from({ length: 12 }, () => 0.15))).toBeLessThan(2);
});
