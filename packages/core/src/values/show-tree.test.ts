import { expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { showTree } from "./show-tree.ts";

const cases: readonly (readonly [value: unknown, shown: string])[] = [
  [null, "null"],
  [undefined, "undefined"],
  ["a\nb", '"a\\nb"'],
  [-0, "-0"],
  [Number.NaN, "NaN"],
  [10n ** 20n, "100000000000000000000n"],
  [{ $price: 3, list: [1, true, {}] }, '{"$price":3,"list":[1,true,{}]}'],
  [new Date("2026-01-31T00:00:00Z"), "Date(2026-01-31T00:00:00.000Z)"],
  [new Date(Number.NaN), "Date(invalid)"],
  [new Uint8Array(5), "Uint8Array(5)"],
  [new ArrayBuffer(7), "ArrayBuffer(7)"],
  [new Float32Array(512), "Float32Array(512)"],
  [new BigInt64Array(3), "BigInt64Array(3)"],
  [new Map([["a", new Set([1, 2])]]), 'Map{"a":Set{1,2}}'],
  [/x+/giu, "/x+/giu"],
  [new URL("https://example.org/a"), "URL(https://example.org/a)"],
  [new RangeError("too far"), 'RangeError("too far")'],
];

test.for(cases)("a recorded value reads like what it is: %o", ([value, shown]) => {
  expect(showTree(createCodec().encode(value, "value").encoded.tree)).toBe(shown);
});

test("an instance of a registered class is named", () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const codec = createCodec({
    extensions: [{ name: "money", is: (value: unknown): value is Money => value instanceof Money, encode: ({ cents }: Money) => cents, decode: (cents: unknown) => new Money(cents as number) }],
  });
  expect(showTree(codec.encode(new Money(250), "value").encoded.tree)).toBe("money(250)");
});
