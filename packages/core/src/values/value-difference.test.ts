import fc from "fast-check";
import { expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { errorDifferences, valueDifferences, type ValueDifference } from "./value-difference.ts";

const codec = createCodec();
const differences = (before: unknown, after: unknown, limit?: number): ValueDifference[] =>
  valueDifferences(codec.encode(before, "value").encoded, codec.encode(after, "value").encoded, limit === undefined ? {} : { limit });

test("every place that differs is named by its path, with what stood and what stands there", () => {
  const before = { items: [{ name: "a", price: 1 }, { name: "b", price: 2 }], note: "x", gone: true };
  const after = { items: [{ name: "a", price: 1 }, { name: "c", price: "2" }, 3], note: "x", fresh: null };
  expect(differences(before, after)).toEqual([
    { path: "value.items[1].name", kind: "changed", before: "b", after: "c" },
    { path: "value.items[1].price", kind: "type", before: 2, after: "2" },
    { path: "value.items[2]", kind: "added", after: 3 },
    { path: "value.gone", kind: "removed", before: true },
    { path: "value.fresh", kind: "added", after: null },
  ]);
});

test("what JSON does not know is compared as what it is", () => {
  const value = { at: new Date(0), big: 1n, none: undefined, nan: Number.NaN, map: new Map<string, unknown>([["a", { b: 1 }], ["c", 2]]), set: new Set([1, 2]), $price: 1, bytes: new Uint8Array([1]) };
  expect(differences(value, structuredClone(value))).toEqual([]);
  const other = { ...value, at: new Date(1), big: 2n, none: null, nan: 1, map: new Map<string, unknown>([["a", { b: 2 }], ["d", 2]]), set: new Set([1, 3, 4]), $price: 2, bytes: new Uint16Array([1]) };
  expect(differences(value, other).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    "changed value.at",
    "changed value.big",
    "type value.none",
    "changed value.nan",
    'changed value.map.get("a").b',
    'removed value.map.get("c")',
    'added value.map.get("d")',
    "changed value.set.values()[1]",
    "added value.set.values()[2]",
    "changed value.$price",
    "type value.bytes",
  ]);
});

test("the order of an object's keys says nothing, that of a map does", () => {
  expect(differences({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  expect(differences(new Map([[1, 1], [2, 2]]), new Map([[2, 2], [1, 1]])).map(({ path }) => path)).toEqual(["value"]);
});

test("errors differ by what is recorded of them, not by their stacks", () => {
  const record = (error: unknown) => codec.errorRecord(error);
  expect(errorDifferences(record(new Error("a", { cause: new TypeError("x") })), record(new Error("a", { cause: new TypeError("x") })))).toEqual([]);
  expect(errorDifferences(record(new Error("a")), record(new Error("b")))).toEqual([{ path: "error.message", kind: "changed", before: "a", after: "b" }]);
  expect(errorDifferences(record(new Error("a", { cause: new TypeError("x") })), record(new Error("a"))).map(({ path, kind }) => `${kind} ${path}`)).toEqual(["removed error.cause"]);
  expect(differences({ error: new Error("a") }, { error: new Error("b") }).map(({ path }) => path)).toEqual(["value.error.message"]);
});

test("undefined is a value like another", () => {
  expect(valueDifferences(undefined, undefined)).toEqual([]);
  expect(valueDifferences(undefined, codec.encode(1, "value").encoded)).toEqual([{ path: "value", kind: "type", before: { $u: 0 }, after: 1 }]);
});

test("no more places are listed than asked for", () => {
  expect(differences(Array.from({ length: 500 }, () => 0), Array.from({ length: 500 }, () => 1))).toHaveLength(100);
  expect(differences([1, 2, 3], [4, 5, 6], 2)).toHaveLength(2);
});

test("values differ exactly where their canonical texts do, and every place is a difference", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
  fc.assert(
    fc.property(anything, anything, (before, after) => {
      const [a, b] = [codec.encode(before, "value").encoded, codec.encode(after, "value").encoded];
      const found = valueDifferences(a, b);
      expect(found.length > 0).toBe(a.canonical !== b.canonical);
      for (const { before: old, after: young } of found) expect(old === undefined && young === undefined).toBe(false);
    }),
  );
});

test("inside an instance of a registered class the path goes on", () => {
  class Money {
    readonly amount: number;
    constructor(amount: number) {
      this.amount = amount;
    }
  }
  const extended = createCodec({ extensions: [{ name: "Money", is: (value): value is Money => value instanceof Money, encode: ({ amount }: Money) => ({ amount }), decode: (data) => new Money((data as Money).amount) }] });
  const [before, after] = [new Money(1), new Money(2)].map((value) => extended.encode(value, "value").encoded);
  expect(valueDifferences(before, after)).toEqual([{ path: "value<Money>.amount", kind: "changed", before: 1, after: 2 }]);
});
