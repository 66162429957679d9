import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../../test/arbitraries.ts";
import { sanitise } from "./sanitise.ts";

test("terminal sequences disappear with their payload", () => {
  expect(sanitise("\u001b[31mred\u001b[0m and \u001b[2J\u001b[1;1Hgone")).toBe("red and gone");
  expect(sanitise("\u001b]0;a new title\u0007text")).toBe("text");
  expect(sanitise("\u001b]8;;https://example.org\u001b\\link\u001b]8;;\u001b\\")).toBe("link");
  expect(sanitise("\u009b2Jeight bit")).toBe("eight bit");
  expect(sanitise("\u001bPq#0\u001b\\sixel")).toBe("sixel");
});

test("a sequence that is put together by removing another one does not survive", () => {
  expect(sanitise("\u001b\u001b[31m[2Jx")).not.toMatch(/\p{Cc}/u);
});

test("line breaks and tabs become one space, so that no text can forge a line", () => {
  expect(sanitise("first\r\n✓ tool publish [COMPLETED]\u2028third\tfourth")).toBe("first ✓ tool publish [COMPLETED] third fourth");
});

test("what moves the cursor or turns the direction of writing is removed", () => {
  expect(sanitise("a\u0008b\u0007c\u007fd\u202ee\u2066f\u200fg\u061ch")).toBe("abcdefgh");
});

test("ordinary text of any script is left as it is", () => {
  for (const text of ["naïve café", "日本語", "👩‍👩‍👧‍👦 family", "שלום", "한국어", "ब्राह्मी"]) expect(sanitise(text)).toBe(text);
});

test("marks stacked on one letter are thinned out, lone surrogates replaced", () => {
  expect(sanitise(`a${"\u0301".repeat(500)}b`).length).toBeLessThan(10);
  expect(sanitise("x\ud83dy")).toBe("x\ufffdy");
});

test("a text beyond the limit is cut before it is worked on", () => {
  expect(sanitise("x".repeat(5_000_000)).length).toBe(1000);
  expect(sanitise("abcdef", 3)).toBe("abc");
});

test("many unterminated sequences take linear time", () => {
  const started = performance.now();
  sanitise("\u009d\u001b]".repeat(100_000), 300_000);
  expect(performance.now() - started).toBeLessThan(1000);
});

test("for any text the result has no control, break or bidi character and is not changed by doing it again", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const safe = sanitise(text);
      expect(safe).not.toMatch(/[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
      expect(sanitise(safe)).toBe(safe);
    }),
  );
});
