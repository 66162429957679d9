import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { anyText } from "../../test/arbitraries.ts";
import { cutText, leftAligned, rightAligned, textWidth } from "./measure.ts";
import { sanitise } from "./sanitise.ts";

test("text is cut between graphemes, never inside one", () => {
  expect(cutText("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5, "…")).toBe("👩‍👩‍👧‍👦👩‍👩‍👧‍👦…");
  expect(cutText("日本語テキスト", 6, "…")).toBe("日本…");
  expect(cutText("cafe\u0301 au lait", 5, "…")).toBe("cafe\u0301…");
});

test("characters that are counted by their number alone are one column wide each", () => {
  const letters = Array.from({ length: 0x17f - 0x20 }, (_, index) => String.fromCharCode(index + 0x20)).filter((letter) => /[^\p{Cc}\u00a0\u00ad]/u.test(letter));
  for (const sign of [...letters, ..."…›│├└─▸✓✗↻↺⊘▪◌⠋⠿"]) expect([sign, textWidth(sign)]).toEqual([sign, stringWidth(sign)]);
});

test("text that fits is not touched, and a width of nothing gives nothing", () => {
  expect(cutText("exactly", 7, "…")).toBe("exactly");
  expect(cutText("anything", 0, "…")).toBe("");
  expect(cutText("anything", 1, "..")).toBe(".");
});

test("cells are aligned by columns, not by characters", () => {
  expect(leftAligned("日本", 6, "…")).toBe("日本  ");
  expect(rightAligned("2/5", 5, "…")).toBe("  2/5");
});

test("for any text and width a cut never exceeds the width and a cell has exactly the width", () => {
  fc.assert(
    fc.property(anyText.map((text) => sanitise(text)), fc.nat(40), fc.constantFrom("…", ".."), (text, width, ellipsis) => {
      expect(stringWidth(cutText(text, width, ellipsis))).toBeLessThanOrEqual(width);
      expect(textWidth(leftAligned(text, width, ellipsis))).toBe(width);
      expect(textWidth(rightAligned(text, width, ellipsis))).toBe(width);
    }),
  );
});
