import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { secret } from "./secret.ts";
import { createCodec, type ValueExtension } from "./codec.ts";

/*
 * golden/values-v1.json is what journals out there hold, golden/packed-v1.json (hexadecimal) what artifacts and exported runs do. Never edit a case, only add some: if one fails, the change it
 * fails for would make recorded runs unreadable.
 */
const golden = JSON.parse(readFileSync(new URL("golden/values-v1.json", import.meta.url), "utf8")) as { readonly values: Readonly<Record<string, string>> };
const packed = JSON.parse(readFileSync(new URL("golden/packed-v1.json", import.meta.url), "utf8")) as { readonly values: Readonly<Record<string, string>> };

class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
}
const money: ValueExtension<Money> = { name: "Money", is: (value) => value instanceof Money, encode: ({ cents }) => cents, decode: (data) => new Money(data as bigint) };
const codec = createCodec({ extensions: [money] });

function withStack<E extends Error>(error: E, fields: object = {}): E {
  return Object.assign(error, { stack: `${error.name}: ${error.message}\n    at work (file:///app/work.ts:1:2)` }, fields);
}
class QuotaError extends RangeError {
  override name = "QuotaError";
}

const samples: Readonly<Record<string, unknown>> = {
  plain: { id: "doc-17", score: 0.93, tags: ["a", "\u00e9", "\ud83d\ude00"], nested: { ok: true, none: null, empty: {}, list: [] }, large: 1e21, small: -5e-324 },
  strings: ["", "\u0000", "\ud800", "\u2028", '"\\/', "$d"],
  undefined: { itself: undefined, list: [undefined] },
  numbers: [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  bigints: [0n, -1n, 2n ** 80n],
  dates: [new Date("2024-02-29T12:00:00.001Z"), new Date(-1), new Date(Number.NaN)],
  maps: new Map<unknown, unknown>([["a", 1], [Number.NaN, new Map()], [{ k: [1] }, new Set([1, "1", new Date(0)])]]),
  bytes: [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0, 255), Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3).buffer],
  views: [
    Int8Array.of(-1),
    Uint8ClampedArray.of(255),
    Int16Array.of(-2),
    Uint16Array.of(65_535),
    Int32Array.of(-3),
    Uint32Array.of(4_294_967_295),
    Float32Array.of(1.5, -0),
    Float64Array.of(Math.PI, Number.NaN),
    BigInt64Array.of(-1n),
    BigUint64Array.of(2n ** 64n - 1n),
    new DataView(Uint8Array.of(1, 2).buffer),
  ],
  patterns: [/a\/b/giu, /(?<year>\d{4})/, new RegExp("")],
  urls: new URL("https://example.org:8080/a%20b?c=d#e"),
  keys: JSON.parse('{"$d":1,"$$d":2,"$":3,"__proto__":{"a":1},"$__proto__":4,"constructor":5,"toString":6,"":7,"a.b":8,"10":9}'),
  error: withStack(new QuotaError("used up", { cause: withStack(new TypeError("fetch failed", { cause: "a string" }), { code: "ECONNRESET" }) }), {
    code: 7,
    status: 429,
    retryAfterMs: 1500,
    data: { at: new Date(5), $left: 0n },
  }),
  aggregate: withStack(new AggregateError([withStack(new Error("one")), { reason: undefined }, undefined], "all failed")),
  extension: { price: new Money(1999n) },
  secrets: { key: secret("openai") },
};

test("today's encoder writes what version 1 wrote", () => {
  const written = Object.fromEntries(Object.entries(samples).map(([name, value]) => [name, codec.encode(value, name).encoded.text]));
  expect(written).toStrictEqual(golden.values);
});

test.each(Object.keys(golden.values))("today's decoder reads what version 1 wrote: %s", (name) => {
  const restored = codec.fromTree(JSON.parse(golden.values[name] ?? "")).decode();
  expect(restored).toStrictEqual(restoredSample(name));
  expect(codec.encode(restored, name).encoded.text).toBe(golden.values[name]);
});

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("today's packer writes what version 1 wrote", () => {
  const written = Object.fromEntries(Object.entries(samples).map(([name, value]) => [name, hexOf(codec.pack(codec.encode(value, name).encoded))]));
  expect(written).toStrictEqual(packed.values);
});

test.each(Object.keys(packed.values))("today's unpacker reads what version 1 wrote: %s", (name) => {
  const encoded = codec.unpack(Buffer.from(packed.values[name] ?? "", "hex"));
  expect(encoded.text).toBe(golden.values[name]);
  expect(encoded.decode()).toStrictEqual(restoredSample(name));
});

// Of an error only what the whitelist keeps comes back, without the class.
function restoredSample(name: string): unknown {
  if (name === "error") {
    const { message, cause, stack } = samples["error"] as Error;
    const expected = Object.assign(new RangeError(message), { code: 7, status: 429, retryAfterMs: 1500, data: { at: new Date(5), $left: 0n } });
    for (const [key, value] of Object.entries({ name: "QuotaError", cause, stack })) Object.defineProperty(expected, key, { value });
    return expected;
  }
  return samples[name];
}
