import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64, toBase64 } from "./base64.ts";

test("any bytes are written like Buffer writes them and read back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = toBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64(text)).toStrictEqual(new Uint8Array(bytes));
    }),
  );
});

test("a text is read only if it is what would be written", () => {
  const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: fc.constantFrom(..."A Q Z a g 0 9 + / = - _ \n \u0141".split(" "), " "), maxLength: 12 }));
  fc.assert(
    fc.property(text, (candidate) => {
      const bytes = fromBase64(candidate);
      if (bytes !== undefined) expect(toBase64(bytes)).toBe(candidate);
      else expect(Buffer.from(candidate, "base64").toString("base64")).not.toBe(candidate);
    }),
    { numRuns: 2000 },
  );
});

test("bits that no byte uses must be zero", () => {
  expect(fromBase64("AA==")).toStrictEqual(Uint8Array.of(0));
  expect(fromBase64("AB==")).toBeUndefined();
  expect(fromBase64("AAB=")).toBeUndefined();
  expect(fromBase64("====")).toBeUndefined();
});

test("a megabyte makes the trip", () => {
  const bytes = new Uint8Array(2 ** 20 + 1).map((_, index) => index * 31 + (index >> 8));
  const text = toBase64(bytes);
  expect(text).toBe(Buffer.from(bytes).toString("base64"));
  expect(Buffer.from(fromBase64(text) ?? []).equals(bytes)).toBe(true);
});
