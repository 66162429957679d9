// Not toStrictEqual: it takes an own property `constructor` for the class of the object.
import { deepStrictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { EncodedValue } from "./encoded-value.ts";
import { NotDecodableError } from "./not-decodable-error.ts";

const codec = createCodec();
const runs = { numRuns: 1000 };

const key = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 4, unit: "binary" }) },
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "toJSON", "length", "then", "0", "10", "\ud800", "a\udc00"),
  fc.constantFrom("$", "$$", "$d", "$$d", "$e", "$c", "$m", "$u", "$__proto__", "$$__proto__", "$constructor"),
);

function record<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  // Object.fromEntries defines, so a key __proto__ is an own property here.
  return fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\ud800", "\udc00", "\u0000", "a", '"') }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.float32Array(),
  fc.bigInt64Array(),
  fc.uint8Array().map((bytes) => new Uint8Array(bytes).buffer),
  fc.uint8Array().map((bytes) => new DataView(new Uint8Array(bytes).buffer)),
  fc.webUrl({ withFragments: true, withQueryParameters: true }).map((href) => new URL(href)),
  fc.stringMatching(/^[a-z/\\n]{0,5}$/).map((source) => new RegExp(source.replaceAll("\\", "\\\\"), "gu")),
);

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    record(tie("value")),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => new Set(items)),
    fc.tuple(fc.string(), tie("value"), tie("value")).map(([message, cause, data]) => errorOf(message, cause, data)),
  ),
}));

// As errors come back: what is undefined is not there, and the stack says nothing about this test.
function errorOf(message: string, cause: unknown, data: unknown): Error {
  const error = new RangeError(message);
  for (const [name, value] of Object.entries({ stack: "at work", ...(cause === undefined ? {} : { cause }) })) {
    Object.defineProperty(error, name, { value, writable: true, configurable: true });
  }
  return data === undefined ? error : Object.assign(error, { data });
}

test("H2: any value survives the trip through text", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const { encoded } = codec.encode(value, "value");
      deepStrictEqual(EncodedValue.fromText(encoded.text).decode(), value);
    }),
    runs,
  );
});

test("H2: encoding what was decoded gives the same text, and the same canonical text", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const first = codec.encode(value, "value").encoded;
      const again = codec.encode(first.decode(), "value").encoded;
      expect(again.text).toBe(first.text);
      expect(again.canonical).toBe(first.canonical);
      expect(EncodedValue.fromText(first.canonical).canonical).toBe(first.canonical);
    }),
    runs,
  );
});

test("H2: any value survives the trip through MessagePack, and is the same text and canonical text again", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const { encoded } = codec.encode(value, "value");
      const bytes = codec.pack(encoded);
      const again = codec.unpack(bytes);
      deepStrictEqual(again.decode(), value);
      expect(again.text).toBe(encoded.text);
      expect(again.canonical).toBe(encoded.canonical);
      deepStrictEqual(codec.pack(again), bytes);
    }),
    runs,
  );
});

test("any bytes are read as MessagePack of data or refused as not decodable", () => {
  // Valid values with some bytes changed get further than noise does.
  const changed = fc.tuple(anyValue, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 })).map(([value, changes]) => {
    const bytes = codec.pack(codec.encode(value, "value").encoded);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return bytes;
  });
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array()), (bytes) => {
      try {
        const tree = codec.unpack(bytes).tree;
        read += 1;
        deepStrictEqual(JSON.parse(JSON.stringify(tree)), tree);
      } catch (error) {
        if (!(error instanceof NotDecodableError)) throw error;
      }
    }),
    { numRuns: 5000 },
  );
  expect(read).toBeGreaterThan(100);
});

test("H2: the tree is JSON, whatever the value", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const { encoded } = codec.encode(value, "value");
      deepStrictEqual(JSON.parse(encoded.text), encoded.tree);
    }),
    runs,
  );
});

test("H2: a value is plain if its JSON says it all and no object is in it twice, and only then", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const { encoded, plain } = codec.encode(value, "value");
      if (plain) deepStrictEqual(encoded.tree, value);
      const objects = collect(value);
      expect(plain).toBe(encoded.text === jsonOf(value) && new Set(objects).size === objects.length);
    }),
    runs,
  );
});

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A bigint.
    return undefined;
  }
}

function collect(value: unknown): object[] {
  return typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(collect)] : [];
}

const tagContent = fc.oneof(
  fc.constantFrom<unknown>(null, 0, 1, "", "1", "NaN", "AAAA", "AA==", [], [1], ["Float32Array", "AAAAAA=="], ["a", "g"], ["(", "g"], [[1, 2]], "https://example.org", ["Money", {}]),
  fc.record({ name: fc.constantFrom<unknown>("Error", "AggregateError", "TypeError", "__proto__", 1), message: fc.constantFrom<unknown>("m", 1), cause: fc.constantFrom<unknown>(null, {}, { name: "E", message: "" }, { name: "E", message: "", thrown: { $d: 1 } }), errors: fc.constantFrom<unknown>([], [1], [{ name: "E", message: "" }], 1), data: fc.constantFrom<unknown>({ $u: 0 }, { $x: 0 }, 1), names: fc.constantFrom<unknown>([], ["A"], 1), code: fc.constantFrom<unknown>("c", 1, {}) }, { requiredKeys: [] }),
);
const tag = fc.constantFrom("$d", "$i", "$n", "$u", "$b", "$m", "$s", "$t", "$ab", "$r", "$url", "$e", "$c", "$x", "$", "$constructor", "__proto__");
const { tree: anyTree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium" },
    fc.oneof(fc.jsonValue(), fc.string(), fc.integer()),
    fc.array(tie("tree"), { maxLength: 4 }),
    record(tie("tree")),
    { weight: 2, arbitrary: fc.tuple(tag, fc.oneof(tagContent, tie("tree"))).map(([name, content]) => Object.fromEntries([[name, content]])) },
  ),
}));

test("any JSON tree decodes to data or is refused as not decodable, and touches no prototype", () => {
  const before = prototypes();
  let decoded = 0;
  fc.assert(
    fc.property(anyTree, (tree) => {
      const parsed: unknown = JSON.parse(JSON.stringify(tree));
      const frozen = JSON.stringify(parsed);
      try {
        const value = codec.fromTree(parsed).decode();
        decoded += 1;
        // What is read can be written again: the decoder accepts nothing that no value stands for.
        deepStrictEqual(codec.encode(value, "value").encoded.decode(), value);
      } catch (error) {
        if (!(error instanceof NotDecodableError)) throw error;
        expect(error.path.startsWith("value")).toBe(true);
      }
      expect(JSON.stringify(parsed)).toBe(frozen);
    }),
    { numRuns: 5000 },
  );
  expect(decoded).toBeGreaterThan(100);
  expect(prototypes()).toStrictEqual(before);
});

function prototypes(): unknown {
  return [Object.prototype, Array.prototype, Map.prototype, Error.prototype, RegExp.prototype].map((prototype) => Reflect.ownKeys(prototype));
}
