import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { NotDecodableError } from "./not-decodable-error.ts";

const codec = createCodec();
const pack = (value: unknown): Uint8Array => codec.pack(codec.encode(value, "value").encoded);
const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = new Map([["k", value]]);
  return value;
};

test("bytes are carried as they are, not as base64", () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, index) => index);
  expect(pack(bytes).length).toBeLessThan(3020);
  expect(decode(pack({ a: bytes.buffer, b: Float32Array.of(1) }))).toStrictEqual({ a: { $ab: bytes }, b: { $t: ["Float32Array", Uint8Array.of(0, 0, 128, 63)] } });
});

test("keys keep their order, so the same object written otherwise has other bytes and the same canonical text", () => {
  const [one, other] = [{ b: 1, a: 2 }, { a: 2, b: 1 }];
  expect(Object.keys(codec.unpack(pack(one)).decode() as object)).toStrictEqual(["b", "a"]);
  expect(pack(one)).not.toStrictEqual(pack(other));
  expect(codec.unpack(pack(one)).canonical).toBe(codec.unpack(pack(other)).canonical);
  expect(pack(one)).toStrictEqual(pack({ b: 1, a: 2 }));
});

test("what is read shares no memory with the bytes it was read from", () => {
  const bytes = pack([Uint8Array.of(1, 2, 3), "text", { key: "value" }]);
  const encoded = codec.unpack(bytes);
  bytes.fill(0xc0);
  expect(encoded.decode()).toStrictEqual([Uint8Array.of(1, 2, 3), "text", { key: "value" }]);
});

test("keys that decoders refuse, and text that UTF-8 cannot hold, survive", () => {
  const value: unknown = JSON.parse('{"__proto__":1,"constructor":{"prototype":2},"toString":3,"$__proto__":4,"$o":5,"$j":6}');
  expect(codec.unpack(pack(value)).text).toBe(codec.encode(value, "value").encoded.text);
  const text = { "\ud800": ["\udc00 long enough for every way of encoding text to be used: ".repeat(10), "\ud83d\ude00"] };
  expect(codec.unpack(pack(text)).decode()).toStrictEqual(text);
});

test.each([1, 128, 400])("a value as deep as the limits allow is carried: %d levels", (maxDepth) => {
  const deep = createCodec({ limits: { maxDepth } });
  const { encoded } = deep.encode(nested(maxDepth), "value");
  expect(deep.unpack(deep.pack(encoded)).text).toBe(encoded.text);
});

test("a value too deep for the stack is refused like any other", () => {
  const deep = createCodec({ limits: { maxDepth: 1000 } });
  let caught: unknown;
  try {
    const { encoded } = deep.encode(nested(1000), "value");
    expect(deep.unpack(deep.pack(encoded)).text).toBe(encoded.text);
  } catch (error) {
    caught = error;
  }
  // How much stack there is depends on the machine.
  if (caught !== undefined) expect(caught).toMatchObject({ code: "NOT_ENCODABLE" });
});

describe("bytes that this carrier does not write are refused before anything is made of them", () => {
  const repeated = (byte: number, count: number, end: readonly number[] = []): Uint8Array => Uint8Array.of(...Array.from({ length: count }, () => byte), ...end);
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["nothing", new Uint8Array()],
    ["a value cut short", pack({ key: [1, "text"] }).slice(0, -1)],
    ["more than one value", Uint8Array.of(1, 1)],
    ["an array of 4 billion items", Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["a map of 4 billion entries", Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)],
    ["text of 4 GiB", Uint8Array.of(0xdb, 0xff, 0xff, 0xff, 0xff)],
    ["bytes of 4 GiB", Uint8Array.of(0x81, 0xa2, 0x24, 0x62, 0xc6, 0xff, 0xff, 0xff, 0xff)],
    ["arrays in arrays that share the bytes they count on", repeated(0x9f, 100, Array.from({ length: 1000 }, () => 1))],
    ["a value that is too deep", repeated(0x91, 500, [1])],
    ["more items than a value may have", createCodec({ limits: { maxNodes: 10_000_000 } }).pack(codec.fromTree(Array.from({ length: 6_000_000 }, () => 1)))],
    ["a timestamp extension", encode(new Date(0))],
    ["an extension of 8 bits", Uint8Array.of(0xc7, 0, 1)],
    ["an extension of one byte", Uint8Array.of(0xd4, 1, 1)],
    ["the byte that is never used", Uint8Array.of(0xc1)],
    ["a 32-bit float", Uint8Array.of(0xca, 0, 0, 0, 0)],
    ["not a number", encode(Number.NaN)],
    ["minus zero", Uint8Array.of(0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0)],
    ["bytes outside of a tag", encode([Uint8Array.of(1)])],
    ["a tag for bytes that holds text", encode({ $b: "AAAA" })],
    ["a key that is a number", Uint8Array.of(0x81, 1, 1)],
    ["a key that is an array", Uint8Array.of(0x81, 0x90, 1)],
    ["an own __proto__", Uint8Array.of(0x81, 0xa9, ...Buffer.from("__proto__"), 0x80)],
    ["a pair list that is none", encode({ $o: [["a"]] })],
    ["a pair list with a key twice", encode({ $o: [["a", 1], ["a", 2]] })],
    ["a key that is an object", encode({ $o: [[{ a: 1 }, 1]] })],
    ["half a character", encode({ $j: Uint8Array.of(1) })],
    ["text as UTF-16 without need", encode({ $j: Uint8Array.of(65, 0) })],
    ["text that is not UTF-8", Uint8Array.of(0xa3, 0xed, 0xa0, 0x80)],
  ];
  test.each(cases)("%s", (_, bytes) => {
    expect(() => codec.unpack(bytes)).toThrow(NotDecodableError);
  });

  test("and nothing has become of a prototype", () => {
    expect(() => codec.unpack(encode({ $o: [["__proto__", { polluted: true }]] })).decode()).toThrow(NotDecodableError);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

test("a few bytes that declare a lot take neither time nor memory", () => {
  // Each array counts on the bytes of the ones inside it.
  const hostile = Uint8Array.from({ length: 500_000 }, (_, index) => [0xdd, 0, 5, 0, 0][index % 5] as number);
  const before = performance.now();
  expect(() => codec.unpack(hostile)).toThrow(NotDecodableError);
  expect(performance.now() - before).toBeLessThan(500);
});
