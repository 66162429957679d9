import { expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { NotEncodableError } from "./not-encodable-error.ts";

const codec = createCodec();

function roundTrip(value: unknown): unknown {
  const { encoded } = codec.encode(value, "result");
  return codec.fromTree(JSON.parse(encoded.text)).decode();
}

function refusalOf(value: unknown, by = codec): NotEncodableError {
  try {
    by.encode(value, "result");
  } catch (error) {
    if (error instanceof NotEncodableError) return error;
    throw error;
  }
  throw new Error("was encoded");
}

const nest = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

test("128 levels are encoded and decoded, 129 refused with the path", () => {
  expect(roundTrip(nest(128))).toStrictEqual(nest(128));
  const error = refusalOf(nest(129));
  expect(error.path).toBe(`result${"[0]".repeat(128)}`);
  expect(error.message).toContain("deeper than 128 levels; ");
});

test("a refusal says what to do instead, and names an option only where one was given", () => {
  const numbers = Array.from({ length: 1_000_001 }, () => 0);
  expect(refusalOf({ numbers }).message).toBe("result.numbers cannot be recorded: up to here the value has 1000003 parts, more than 1000000; give many numbers as a typed array, keep bytes as an artifact, or split it over several calls");
  expect(refusalOf(nest(129)).message).toMatch(/: it is nested deeper than 128 levels; make it flatter$/u);
  expect(roundTrip(new Float64Array(numbers))).toHaveLength(numbers.length);
  const given = createCodec({ limits: { maxDepth: 1, maxNodes: 4 } });
  expect(refusalOf([[1]], given).message).toContain("deeper than 1 levels (limits.maxDepth); ");
  expect(refusalOf([1, 2, 3, 4], given).message).toContain("more than 4 (limits.maxNodes); ");
  const { tree } = createCodec({ limits: { maxDepth: 1000 } }).encode(nest(129), "result").encoded;
  expect(() => codec.fromTree(tree).decode()).toThrow(/deeper than 128 levels$/u);
});

test("the deepest maps that can be encoded can be decoded", () => {
  let value: unknown = 1;
  for (let level = 0; level < 128; level += 1) value = new Map([["m", value]]);
  expect(roundTrip(value)).toStrictEqual(value);
  expect(() => codec.encode([value], "result")).toThrow("deeper than 128 levels");
});

test("every property, item, map key and map value counts, and the root", () => {
  const value = { list: [1, 2], map: new Map([["k", new Set(["x"])]]) };
  const exact = createCodec({ limits: { maxNodes: 8 } });
  expect(exact.encode(value, "result").encoded.decode()).toStrictEqual(value);
  const error = refusalOf(value, createCodec({ limits: { maxNodes: 7 } }));
  expect(error.path).toBe('result.map.get("k")');
  expect(error.message).toContain("8 parts, more than 7 (limits.maxNodes); ");
  const { tree } = exact.encode(value, "result").encoded;
  expect(() => createCodec({ limits: { maxNodes: 7 } }).fromTree(tree).decode()).toThrow("limits.maxNodes");
});

test("a length beyond the limit is refused before anything is read or allocated", () => {
  let reads = 0;
  const long = new Proxy([], {
    get: (target, key) => {
      if (key !== "length") reads += 1;
      return key === "length" ? 2 ** 32 - 1 : Reflect.get(target, key);
    },
  });
  expect(refusalOf({ long }).message).toContain("more than 1000000");
  expect(reads).toBe(0);
  expect(refusalOf(Object.assign([], { length: 4_000_000_000 })).message).toContain("more than 1000000");
});

test("shared objects count each time, so a small graph cannot grow into a huge text", () => {
  let value: unknown = ["x"];
  for (let level = 0; level < 100; level += 1) value = [value, value];
  expect(refusalOf(value).message).toContain("more than 1000000");
});

test("what was encoded within some limits is decoded within them", () => {
  const cause = new Error("a", { cause: new Error("b", { cause: new Error("c", { cause: new Error("d") }) }) });
  const value = [cause, Object.assign(new AggregateError([cause, 1, cause]), { data: { a: [1] } })];
  for (let maxDepth = 1; maxDepth < 10; maxDepth += 1) {
    for (let maxNodes = 1; maxNodes < 40; maxNodes += 1) {
      const tight = createCodec({ limits: { maxDepth, maxNodes } });
      const record = tight.errorRecord(value[1]);
      expect(tight.errorFrom(record).name).toBe("AggregateError");
      let tree: unknown;
      try {
        ({ tree } = tight.encode(value, "result").encoded);
      } catch (error) {
        expect(error).toBeInstanceOf(NotEncodableError);
        continue;
      }
      expect(tight.fromTree(tree).decode()).toHaveLength(2);
    }
  }
});

test("H3: data of an error that is left out does not count", () => {
  const error = Object.assign(new Error("x"), { data: [...Array.from({ length: 30 }, () => [1]), () => 1] });
  const tight = createCodec({ limits: { maxNodes: 80 } });
  expect(tight.encode([error, Object.assign(new Error("y"), { data: error.data }), 1], "result").encoded.text).not.toContain("data");
  expect(tight.encode({ a: error, b: Array.from({ length: 77 }, () => 1) }, "result").encoded.text).toHaveLength(tight.encode({ a: error, b: [] }, "result").encoded.text.length + 77 * 2 - 1);
});

test.each([0, -1, 1.5, 1001, Number.NaN])("maxDepth %s is refused", (maxDepth) => {
  expect(() => createCodec({ limits: { maxDepth } })).toThrow(`limits.maxDepth must be a whole number from 1 to 1000, not ${maxDepth}`);
});
test.each([0, Number.POSITIVE_INFINITY])("maxNodes %s is refused", (maxNodes) => {
  expect(() => createCodec({ limits: { maxNodes } })).toThrow(`limits.maxNodes must be a whole number from 1, not ${maxNodes}`);
});
