import fc from "fast-check";
import { expect, test } from "vitest";
import { TextBytes } from "./text-bytes.ts";

test("texts are what TextEncoder makes of them, and what was given is never written to again", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ unit: "grapheme", maxLength: 1500 }), fc.constant("\u{10ffff}".repeat(512)), fc.constant("x".repeat(1024)), fc.constant("\ud800"));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
      const bytes = new TextBytes();
      const given = texts.map((each) => bytes.of(each));
      for (const [index, each] of texts.entries()) expect(Buffer.compare(given[index] as Uint8Array, new TextEncoder().encode(each))).toBe(0);
    }),
    { numRuns: 100 },
  );
});
