import { expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { NotEncodableError } from "./not-encodable-error.ts";

const codec = createCodec();

function refusalOf(value: unknown, by = codec): NotEncodableError {
  try {
    by.encode(value, "result");
  } catch (error) {
    if (error instanceof NotEncodableError) return error;
    throw error;
  }
  throw new Error("was encoded");
}

class Socket {
  readonly fd = 3;
}
class Query {
  then() {}
}
class Ordered extends Map<string, number> {}
class List extends Array<number> {}
const cyclic: Record<string, unknown> = { a: { b: [1] } };
(cyclic["a"] as { b: unknown[] }).b.push(cyclic);
const sparse: number[] = [1];
sparse[2] = 3;
const thrower = {
  ok: 1,
  get bad(): never {
    throw new Error("no");
  },
};
const hostile = new Proxy({}, {
  ownKeys: () => {
    throw new Error("trap");
  },
});
const blind = new Proxy({}, {
  getPrototypeOf: () => {
    throw Object.create(null) as Error;
  },
});
const { proxy: revoked, revoke } = Proxy.revocable([], {});
revoke();

const cases: readonly (readonly [string, unknown, string, RegExp])[] = [
  ["a function", { items: [0, { run: function work() {} }] }, "result.items[1].run", /a function \(work\)/],
  ["a class", { items: [Socket] }, "result.items[0]", /a function \(Socket\)/],
  ["a symbol", [Symbol("s")], "result[0]", /a symbol, Symbol\(s\)/],
  ["a symbol key", { a: { [Symbol("key")]: 1 } }, "result.a", /named by a symbol, Symbol\(key\)/],
  ["a symbol key of an array", Object.assign([1], { [Symbol("key")]: 1 }), "result", /named by a symbol/],
  ["a Promise", { value: Promise.resolve(1) }, "result.value", /did you forget await\?/],
  ["a thenable", { value: new Query() }, "result.value", /Query.*did you forget await\?/],
  ["a class instance", { items: [1, 2, 3, { socket: new Socket() }] }, "result.items[3].socket", /class Socket; register a value extension for Socket/],
  ["an instance of a subclass of Map", { o: new Ordered() }, "result.o", /Ordered \(a kind of Map\)/],
  ["an instance of a subclass of Array", { o: List.of(1) }, "result.o", /List \(a kind of Array\)/],
  ["an object with a prototype of its own", [Object.create({ a: 1 })], "result[0]", /prototype of its own/],
  ["a spoofed Map", [Object.create(Map.prototype)], "result[0]", /reading it threw TypeError/],
  ["a cyclic object", cyclic, "result.a.b[1]", /same object as result,/],
  ["a cyclic map", (() => { const map = new Map<unknown, unknown>(); map.set("self", map); return { map }; })(), 'result.map.get("self")', /same object as result\.map,/],
  ["a hole", { list: sparse }, "result.list[1]", /a hole in a sparse array/],
  ["an array of holes", Object.assign([], { length: 10 }), "result[0]", /a hole/],
  ["a property of an array", { match: "abc".match(/b/) }, "result.match.index", /property of an array/],
  ["an undefined property of an array", Object.assign([1], { x: undefined }), "result.x", /property of an array/],
  ["a property of a Date", [Object.assign(new Date(0), { zone: "UTC" })], "result[0]", /a Date with a property of its own, "zone"/],
  ["a property of a Map", [Object.assign(new Map(), { zone: 1 })], "result[0]", /a Map with a property of its own/],
  ["a WeakMap", { w: new WeakMap() }, "result.w", /WeakMap.*use a Map/],
  ["a WeakSet", { w: new WeakSet() }, "result.w", /WeakSet.*use a Set/],
  ["a WeakRef", { w: new WeakRef({}) }, "result.w", /WeakRef/],
  ["a boxed string", { s: Object("x") }, "result.s", /boxed String.*primitive/],
  ["a boxed number", { s: Object(1) }, "result.s", /boxed Number/],
  ["a boxed boolean", { s: Object(false) }, "result.s", /boxed Boolean/],
  ["a boxed bigint", { s: Object(1n) }, "result.s", /boxed BigInt/],
  ["a boxed symbol", { s: Object(Symbol("x")) }, "result.s", /boxed Symbol/],
  ["a SharedArrayBuffer", { s: new SharedArrayBuffer(1) }, "result.s", /SharedArrayBuffer.*copy it/],
  ["a view of a SharedArrayBuffer", { s: new Uint8Array(new SharedArrayBuffer(1)) }, "result.s", /view of a SharedArrayBuffer/],
  ["a generator", { g: (function* () {})() }, "result.g", /collect it first/],
  ["an iterator", { g: new Map().keys() }, "result.g", /Map Iterator|Iterator/],
  ["a Response", { r: new Response("x") }, "result.r", /class Response/],
  ["a detached buffer", { b: (() => { const bytes = new Uint8Array(1); structuredClone(bytes, { transfer: [bytes.buffer] }); return bytes; })() }, "result.b", /reading it threw TypeError/],
  ["a getter that throws", { a: [thrower] }, "result.a[0].bad", /reading it threw Error: no/],
  ["a proxy that throws", { a: hostile }, "result.a", /reading it threw Error: trap/],
  ["a proxy that throws something unreadable", { a: blind }, "result.a", /reading it threw something that cannot be read/],
  ["a revoked proxy", { a: revoked }, "result.a", /reading it threw TypeError/],
  ["a bigint of a million bits", { n: 1n << 1_000_000n }, "result.n", /301030 digits/],
  ["in a map value", new Map([["ann", { f() {} }]]), 'result.get("ann").f', /function/],
  ["in a map value with a number for a key", new Map([[7, () => 1]]), "result.get(7)", /function/],
  ["in a map value with an object for a key", new Map([[{}, () => 1]]), "result.values()[0]", /function/],
  ["in a map key", new Map<unknown, unknown>([[1, 1], [[() => 1], 1]]), "result.keys()[1][0]", /function/],
  ["in a set", new Set([1, () => 1]), "result.values()[1]", /function/],
  ["behind an odd key", { "a b": { "": { ["k".repeat(100)]: Symbol("x") } } }, `result["a b"][""]["${"k".repeat(64)}…"]`, /symbol/],
  ["after a sibling", { a: { deep: [1] }, b: () => 1 }, "result.b", /function/],
  ["after an error whose data is left out", [Object.assign(new Error("x"), { data: { a: { b: Socket } } }), { c: Socket }], "result[1].c", /function/],
  ["the root", () => 1, "result", /function/],
];
test.each(cases)("H2: refused with its path: %s", (_, value, path, message) => {
  const error = refusalOf(value);
  expect(error.code).toBe("NOT_ENCODABLE");
  expect(error.retry).toBe("never");
  expect(error.path).toBe(path);
  expect(error.message.startsWith(`${path} cannot be recorded: `)).toBe(true);
  expect(error.message).toMatch(message);
});

test("H2: what a getter throws is the cause, also when it is one of our own errors", () => {
  const inner = refusalOf(() => 1);
  const error = refusalOf({
    get bad(): never {
      throw inner;
    },
  });
  expect(error.path).toBe("result.bad");
  expect(error.cause).toBe(inner);
});
