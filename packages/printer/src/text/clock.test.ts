import fc from "fast-check";
import { expect, test } from "vitest";
import { clockFor } from "./clock.ts";
import { formatClock } from "./format.ts";

const anyMoment = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 10, 22, 4, 0, 0), max: Date.UTC(2026, 10, 22, 4, 0, 3) }),
  fc.integer({ min: -3_000, max: 3_000 }),
  fc.double({ min: -3_000, max: 3_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 - 1, 8.64e15, 8.64e15 + 1, 8.64e15 + 2),
);
const anyOffset = fc.constantFrom(0, 3_600_000, -12_600_000, 500, -500, 0.5, -0.5, Number.NaN);

test("whatever moments come in whatever order, each is written as if it were the only one", () => {
  fc.assert(
    fc.property(fc.array(anyMoment), anyOffset, (moments, offset) => {
      const clock = clockFor(() => offset);
      expect(moments.map(clock)).toEqual(moments.map((at) => formatClock(at, offset)));
    }),
  );
});

test("where the dates end in the middle of a second, what comes behind the end is no time", () => {
  expect([8.64e15, 8.64e15 + 2].map(clockFor(() => 0))).toEqual(["00:00:00.000", formatClock(Number.NaN, 0)]);
});

test("the offset is asked for anew with each second: clocks are put forward between two of them", () => {
  const forward = Date.UTC(2026, 2, 29, 1);
  const clock = clockFor((at) => (at < forward ? 3_600_000 : 7_200_000));
  expect([forward - 1, forward].map(clock)).toEqual(["01:59:59.999", "03:00:00.000"]);
});
