import fc from "fast-check";
import pico from "picocolors";
import stringWidth from "string-width";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { anyText } from "../../test/arbitraries.ts";
import { fitLine, lineWidth, paintLine, span, type Line } from "./line.ts";

const plain = pico.createColors(false);
const colored = pico.createColors(true);
const anyLine: fc.Arbitrary<Line> = fc.array(anyText.map((text) => span(text, "strong")), { maxLength: 6 });

test("a line that is too long ends in the ellipsis, also where the cut falls between two spans", () => {
  expect(paintLine(fitLine([span("abcdef"), span("gh")], 6, "…"), plain)).toBe("abcde…");
  expect(paintLine(fitLine([span("abcdef"), span("ghi")], 7, "…"), plain)).toBe("abcdef…");
  expect(paintLine(fitLine([span("abc"), span("def")], 6, "…"), plain)).toBe("abcdef");
});

test("no line has trailing spaces", () => {
  expect(paintLine([span("name   "), span("     "), span("  ")], plain)).toBe("name");
});

test("colours add nothing but colours", () => {
  const line = [span("x ", "failed"), span("publish", "strong"), span(" 59ms", "faint")];
  expect(paintLine(line, colored)).not.toBe(paintLine(line, plain));
  expect(stripVTControlCharacters(paintLine(line, colored))).toBe(paintLine(line, plain));
});

test("no fitted line exceeds the width, whatever is in it, and it is as wide as was counted or narrower", () => {
  fc.assert(
    fc.property(anyLine, fc.integer({ min: 1, max: 60 }), fc.constantFrom("…", ".."), (line, width, ellipsis) => {
      const fitted = fitLine(line, width, ellipsis);
      expect(lineWidth(fitted)).toBeLessThanOrEqual(width);
      expect(stringWidth(paintLine(fitted, plain))).toBeLessThanOrEqual(width);
    }),
  );
});
