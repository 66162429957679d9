import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createCodec } from "./codec.ts";

const codec = createCodec();

function roundTrip(value: unknown): unknown {
  const { encoded } = codec.encode(value, "result");
  return codec.fromTree(JSON.parse(encoded.text)).decode();
}

const ownProto = JSON.parse('{"a":1,"__proto__":{"polluted":true},"z":2}') as object;

describe("H2: kinds that survive", () => {
  const plain: readonly (readonly [string, unknown])[] = [
    ["null", null],
    ["booleans", [true, false]],
    ["numbers", [0, 1, -1.5, 1e21, 5e-324, Number.MAX_VALUE, Number.MIN_SAFE_INTEGER]],
    ["an empty string", ""],
    ["lone surrogates and pairs", ["\ud800", "\udc00x", "\ud83d\ude00"]],
    ["NUL and other control characters", "a\u0000b\u001f\u007f\u2028"],
    ["keys with NUL, dots, brackets and nothing", { "\u0000": 1, "a.b[0]": 2, "": 3, "\ud800": 4 }],
    ["keys of Object.prototype", { constructor: 1, prototype: 2, toString: "x", hasOwnProperty: null, valueOf: {} }],
    ["a key named toJSON", { toJSON: { a: 1 } }],
    ["an empty object and array", { a: {}, b: [] }],
    ["nested arrays", [[], [[1]], [{ a: [2] }]]],
  ];
  test.each(plain)("%s, unchanged, so the original may be kept", (_, value) => {
    const { encoded, plain: isPlain } = codec.encode(value, "result");
    expect(encoded.tree).toStrictEqual(value);
    expect(roundTrip(value)).toStrictEqual(value);
    expect(isPlain).toBe(true);
  });

  const tagged: readonly (readonly [string, unknown, unknown])[] = [
    ["undefined", undefined, { $u: 0 }],
    ["a property that is undefined", { a: undefined }, { a: { $u: 0 } }],
    ["an item that is undefined", [1, undefined], [1, { $u: 0 }]],
    ["NaN", Number.NaN, { $n: "NaN" }],
    ["-0", -0, { $n: "-0" }],
    ["infinities", [Infinity, -Infinity], [{ $n: "Infinity" }, { $n: "-Infinity" }]],
    ["bigints", [0n, -(2n ** 64n)], [{ $i: "0" }, { $i: "-18446744073709551616" }]],
    ["a Date", new Date("2024-02-29T12:00:00.001Z"), { $d: 1709208000001 }],
    ["the furthest dates", [new Date(8.64e15), new Date(-8.64e15)], [{ $d: 8.64e15 }, { $d: -8.64e15 }]],
    ["an invalid Date", new Date(Number.NaN), { $d: null }],
    ["a Map with keys of any kind", new Map<unknown, unknown>([["a", 1], [1, "b"], [null, undefined], [{ k: 1 }, [2]]]), { $m: [["a", 1], [1, "b"], [null, { $u: 0 }], [{ k: 1 }, [2]]] }],
    ["a Map in a Map in a Set", new Set([new Map([["a", new Map([[Number.NaN, new Date(1)]])]])]), { $s: [{ $m: [["a", { $m: [[{ $n: "NaN" }, { $d: 1 }]] }]] }] }],
    ["an empty Set", new Set(), { $s: [] }],
    ["a Uint8Array", Uint8Array.of(0, 1, 254, 255), { $b: "AAH+/w==" }],
    ["an empty Uint8Array", new Uint8Array(), { $b: "" }],
    ["a part of a buffer", new Uint8Array(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2), { $b: "AQI=" }],
    ["a Float32Array", Float32Array.of(1.5, Number.NaN), { $t: ["Float32Array", "AADAPwAAwH8="] }],
    ["a part of a Float64Array", new Float64Array([0, 1, 2]).subarray(1, 2), { $t: ["Float64Array", "AAAAAAAA8D8="] }],
    ["Int8Array", Int8Array.of(-1), { $t: ["Int8Array", "/w=="] }],
    ["Uint8ClampedArray", Uint8ClampedArray.of(300), { $t: ["Uint8ClampedArray", "/w=="] }],
    ["Int16Array and Uint16Array", [Int16Array.of(-2), Uint16Array.of(2)], [{ $t: ["Int16Array", "/v8="] }, { $t: ["Uint16Array", "AgA="] }]],
    ["Int32Array and Uint32Array", [Int32Array.of(-2), Uint32Array.of(2)], [{ $t: ["Int32Array", "/v///w=="] }, { $t: ["Uint32Array", "AgAAAA=="] }]],
    ["BigInt64Array and BigUint64Array", [BigInt64Array.of(-1n), BigUint64Array.of(1n)], [{ $t: ["BigInt64Array", "//////////8="] }, { $t: ["BigUint64Array", "AQAAAAAAAAA="] }]],
    ["a DataView", new DataView(Uint8Array.of(1, 2, 3).buffer, 1), { $t: ["DataView", "AgM="] }],
    ["an ArrayBuffer", Uint8Array.of(1, 2, 3).buffer, { $ab: "AQID" }],
    ["a RegExp", /a\/(?<n>b)\n/dgimsuy, { $r: ["a\\/(?<n>b)\\n", "dgimsuy"] }],
    ["a URL", new URL("https://user@example.org:8080/a b?c=d#e"), { $url: "https://user@example.org:8080/a%20b?c=d#e" }],
    ["keys that look like tags", { $d: 1, $$d: 2, $: 3, $$: 4, $__proto__: 5 }, { $$d: 1, $$$d: 2, $$: 3, $$$: 4, $$__proto__: 5 }],
    ["an object that looks like a tag", { $d: 0 }, { $$d: 0 }],
    ["a key __proto__", ownProto, JSON.parse('{"a":1,"$__proto__":{"polluted":true},"z":2}')],
  ];
  test.each(tagged)("%s", (_, value, tree) => {
    const { encoded, plain: isPlain } = codec.encode(value, "result");
    expect(encoded.tree).toStrictEqual(tree);
    expect(roundTrip(value)).toStrictEqual(value);
    expect(isPlain).toBe(false);
  });

  test("key order survives, escaped keys included", () => {
    const value = { z: 1, $b: 2, a: 3, $: 4, constructor: 5 };
    expect(Object.keys(roundTrip(value) as object)).toStrictEqual(["z", "$b", "a", "$", "constructor"]);
    expect(Object.keys(roundTrip(ownProto) as object)).toStrictEqual(["a", "__proto__", "z"]);
  });

  test("a key __proto__ becomes an own property and no prototype", () => {
    const restored = roundTrip(ownProto) as Record<string, unknown>;
    expect(Object.getPrototypeOf(restored)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(restored, "__proto__")).toStrictEqual({ value: { polluted: true }, writable: true, enumerable: true, configurable: true });
    expect(restored["polluted"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("keys of Object.prototype survive where it is frozen", () => {
    const descriptor = Object.getOwnPropertyDescriptor(Object.prototype, "toString") as PropertyDescriptor;
    Object.defineProperty(Object.prototype, "toString", { ...descriptor, writable: false });
    try {
      expect(roundTrip({ toString: 1 })).toStrictEqual({ toString: 1 });
    } finally {
      Object.defineProperty(Object.prototype, "toString", descriptor);
    }
  });

  test("-0 and NaN are told apart from 0 and null", () => {
    const [negative, positive, nan] = roundTrip([-0, 0, Number.NaN]) as number[];
    expect(Object.is(negative, -0)).toBe(true);
    expect(Object.is(positive, 0)).toBe(true);
    expect(nan).toBeNaN();
  });

  test("lastIndex of a RegExp starts again at 0", () => {
    const pattern = /a/g;
    pattern.test("aaa");
    expect(pattern.lastIndex).toBe(1);
    expect((roundTrip(pattern) as RegExp).lastIndex).toBe(0);
  });

  test("a Buffer comes back as a Uint8Array of its own", () => {
    const restored = roundTrip(Buffer.from("hé")) as Uint8Array;
    expect(Object.getPrototypeOf(restored)).toBe(Uint8Array.prototype);
    expect(restored).toStrictEqual(new TextEncoder().encode("hé"));
    expect(restored.buffer.byteLength).toBe(3);
  });

  test("an object without prototype comes back as an ordinary one", () => {
    const bare = Object.assign(Object.create(null), { a: 1 }) as object;
    expect(codec.encode(bare, "result").plain).toBe(false);
    expect(roundTrip(bare)).toStrictEqual({ a: 1 });
  });

  test("values of another realm are as good as ours", () => {
    const foreign: unknown = runInNewContext("({ list: [1, { a: 1 }], map: new Map([[1, 2]]), date: new Date(5), bytes: Uint8Array.of(1), error: new TypeError('far') })");
    expect(codec.encode(foreign, "result").plain).toBe(false);
    const restored = roundTrip(foreign) as { error: Error };
    expect(restored).toMatchObject({ list: [1, { a: 1 }], map: new Map([[1, 2]]), date: new Date(5), bytes: Uint8Array.of(1) });
    expect(Object.getPrototypeOf(restored)).toBe(Object.prototype);
    expect(restored.error).toBeInstanceOf(TypeError);
    expect(restored.error.message).toBe("far");
  });

  test("the copy is detached: changing the original, the copy or the bytes changes nothing recorded", () => {
    const bytes = Uint8Array.of(1, 2);
    const value = { list: [1], map: new Map([["a", { n: 1 }]]), bytes };
    const { encoded } = codec.encode(value, "result");
    const first = encoded.decode() as typeof value;
    value.list.push(2);
    bytes[0] = 9;
    (first.map.get("a") as { n: number }).n = 5;
    first.bytes[1] = 7;
    expect(encoded.decode()).toStrictEqual({ list: [1], map: new Map([["a", { n: 1 }]]), bytes: Uint8Array.of(1, 2) });
  });
});

describe("H2: what the caller may keep", () => {
  test("an object found in two places is recorded twice and not kept, for its copies are separate", () => {
    const shared = { n: 1 };
    const { plain, encoded } = codec.encode({ all: [shared, { n: 2 }], first: shared }, "result");
    expect(plain).toBe(false);
    expect(encoded.tree).toStrictEqual({ all: [{ n: 1 }, { n: 2 }], first: { n: 1 } });
    const many = Array.from({ length: 40 }, (_, n) => ({ n }));
    expect(codec.encode(many, "result").plain).toBe(true);
    expect(codec.encode([...many, many[39]], "result").plain).toBe(false);
  });

  test("hidden properties are not recorded, so the original is not kept", () => {
    const value = Object.defineProperty({ a: 1 }, "hidden", { value: 2, enumerable: false });
    expect(codec.encode(value, "result").plain).toBe(false);
    expect(roundTrip(value)).toStrictEqual({ a: 1 });
  });

  test("every property is read exactly once", () => {
    let reads = 0;
    const value = {
      get a() {
        reads += 1;
        return reads;
      },
    };
    expect(codec.encode(value, "result").encoded.tree).toStrictEqual({ a: 1 });
    expect(reads).toBe(1);
  });

  test("a map that grows while it is being read is taken as it was", () => {
    const map = new Map<number, unknown>();
    map.set(0, {
      get grow() {
        map.set(map.size, {});
        return map.size;
      },
    });
    expect(codec.encode(map, "result").encoded.tree).toStrictEqual({ $m: [[0, { grow: 2 }]] });
  });
});
