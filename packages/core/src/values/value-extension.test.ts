import { expect, test } from "vitest";
import { createCodec, type ValueCodec, type ValueExtension } from "./codec.ts";
import { NotEncodableError } from "./not-encodable-error.ts";

const codec = createCodec();

function refusalOf(value: unknown, by: ValueCodec): NotEncodableError {
  try {
    by.encode(value, "result");
  } catch (error) {
    if (error instanceof NotEncodableError) return error;
    throw error;
  }
  throw new Error("was encoded");
}

class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

const point: ValueExtension<Point> = {
  name: "Point",
  is: (value) => value instanceof Point,
  encode: ({ x, y }) => new Map([["x", x], ["y", y]]),
  decode: (data) => {
    const map = data as Map<string, number>;
    return new Point(map.get("x") ?? 0, map.get("y") ?? 0);
  },
};
const withPoint = createCodec({ extensions: [point] });

test("H2: an instance survives, inside other values too", () => {
  const value = { corners: [new Point(-0, 1), new Map([[new Point(2, 3), "b"]])] };
  const { encoded, plain } = withPoint.encode(value, "result");
  expect(plain).toBe(false);
  expect(encoded.tree).toStrictEqual({ corners: [{ $c: ["Point", { $m: [["x", { $n: "-0" }], ["y", 1]] }] }, { $m: [[{ $c: ["Point", { $m: [["x", 2], ["y", 3]] }] }, "b"]] }] });
  expect(withPoint.fromTree(JSON.parse(encoded.text)).decode()).toStrictEqual(value);
});

test("a codec without the extension refuses to decode it, and says which is missing", () => {
  const { tree } = withPoint.encode([new Point(1, 2)], "result").encoded;
  expect(() => codec.fromTree(tree).decode()).toThrow('value[0] cannot be read from its record: it is a "Point"; register the value extension of that name');
});

test("an extension comes before the builtin handling of errors", () => {
  class Quota extends Error {
    readonly left = 3;
  }
  const quota: ValueExtension<Quota> = { name: "Quota", is: (value) => value instanceof Quota, encode: (error) => error.message, decode: (data) => new Quota(data as string) };
  const restored = createCodec({ extensions: [quota] }).encode({ error: new Quota("q") }, "result").encoded.decode();
  expect((restored as { error: Quota }).error).toBeInstanceOf(Quota);
});

test("what an extension returns is refused like anything else, and so is an extension that throws or returns the value itself", () => {
  const returns = (result: () => unknown) => createCodec({ extensions: [{ ...point, encode: result }] });
  expect(refusalOf({ p: new Point(1, 2) }, returns(() => ({ f() {} }))).path).toBe("result.p<Point>.f");
  const failing = returns(() => {
    throw new RangeError("oops");
  });
  expect(refusalOf({ p: new Point(1, 2) }, failing)).toMatchObject({ path: "result.p<Point>", cause: new RangeError("oops") });
  const itself = new Point(1, 2);
  expect(refusalOf({ p: itself }, returns(() => itself)).message).toContain("contains itself");
  expect(refusalOf({ p: itself }, returns(() => new Point(1, 2))).message).toContain("deeper than 128 levels");
});

test("an extension that throws at decoding is a NotDecodableError with its cause", () => {
  const failing = createCodec({ extensions: [{ ...point, decode: () => { throw new RangeError("bad"); } }] });
  const { encoded } = failing.encode({ p: new Point(1, 2) }, "result");
  expect(() => encoded.decode()).toThrow(expect.objectContaining({ code: "NOT_DECODABLE", path: "value.p", cause: new RangeError("bad") }) as Error);
});

test("names are required and unique", () => {
  expect(() => createCodec({ extensions: [point, point] })).toThrow('the name "Point" is taken twice');
  expect(() => createCodec({ extensions: [{ ...point, name: "" }] })).toThrow('a non-empty string, not ""');
});
