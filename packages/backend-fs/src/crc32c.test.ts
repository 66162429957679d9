import { expect, test } from "vitest";
import fc from "fast-check";
import { crc32c } from "./crc32c.ts";

const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** The definition, bit by bit. */
function slow(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test("the check value of the catalogues and the vectors of RFC 3720 B.4", () => {
  expect(crc32c(ascii("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

test("it equals the definition for any bytes, in one piece or two, anywhere in a buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(9), (bytes, cut, offset) => {
      const inside = new Uint8Array(bytes.length + offset + 3).fill(0xaa);
      inside.set(bytes, offset);
      const middle = Math.min(cut, bytes.length);
      expect(crc32c(bytes)).toBe(slow(bytes));
      expect(crc32c(inside, offset + middle, offset + bytes.length, crc32c(inside, offset, offset + middle))).toBe(slow(bytes));
    }),
  );
});
