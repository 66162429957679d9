import { deepStrictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import type { ErrorRecord } from "./error-record.ts";

const codec = createCodec({ now: () => Date.parse("2026-01-01T00:00:00Z") });
const record = (thrown: unknown): ErrorRecord => codec.errorRecord(thrown);

/** A record is JSON, and an error made of it gives the same record again. */
function expectStable(of: ErrorRecord): void {
  deepStrictEqual(JSON.parse(JSON.stringify(of)), of);
  deepStrictEqual(record(codec.errorFrom(of)), of);
}

describe("H3: recording can never fail", () => {
  const trap = (): never => {
    throw new Proxy({}, { get: trap });
  };
  const traps = { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap };
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();

  test("any mixture of hostile and honest fields gives a record that is stable", () => {
    // Drawn by number: the library looks at what it draws.
    const things: readonly unknown[] = [
      revoked, new Proxy([], { ...traps, get: (_, key) => (key === "length" ? Symbol("length") : 1) }), new Proxy(new Error("x"), traps), trap, Symbol("s"),
      undefined, null, Number.NaN, -0, 429, 1n, "text", "\ud800", "", [], [revoked, new Error("y")], {}, { "retry-after": revoked }, { get: trap }, { get: () => "3" },
      new Headers({ "retry-after": "1" }), { status: 500, headers: { "retry-after": ["2"] } }, new Date(Number.NaN), new Map([[{}, revoked]]), new TypeError("z"), new DOMException("d", "AbortError"),
    ];
    const thing = fc.nat({ max: things.length - 1 });
    const fields = ["name", "message", "stack", "code", "status", "statusCode", "response", "headers", "retryAfterMs", "cause", "errors", "data", "thrown", "constructor", "toString"];
    const bases: readonly (() => object)[] = [() => new Error("base"), () => ({}), () => new AggregateError([], "base"), () => Object.create(null) as object, () => () => 1];
    fc.assert(
      fc.property(fc.constantFrom(...bases.keys()), fc.dictionary(fc.constantFrom(...fields), thing), fc.boolean(), (base, drawn, wrap) => {
        const thrown = bases[base]?.() ?? {};
        for (const [key, number] of Object.entries(drawn)) Object.defineProperty(thrown, key, { value: things[number], configurable: true, enumerable: true, writable: true });
        expectStable(record(wrap ? new AggregateError([thrown], "outer", { cause: thrown }) : thrown));
      }),
      { numRuns: 2000 },
    );
  });

  test("a proxy that throws whatever is asked", () => {
    for (const thrown of [new Proxy({}, traps), new Proxy(new Error("x"), traps), new Proxy(() => 1, traps), revoked]) {
      expect(record(thrown).name).toBe("NonError");
      expectStable(record(thrown));
      expect(record(new Error("outer", { cause: thrown }))).toMatchObject({ message: "outer", cause: { name: "NonError" } });
      expect(record(Object.assign(new AggregateError([thrown], "outer"), { data: thrown }))).toMatchObject({ message: "outer", errors: [{ name: "NonError" }] });
      expect(record(Object.assign(new Error("outer"), { errors: thrown, headers: thrown, response: thrown, code: thrown, status: thrown }))).toMatchObject({ message: "outer" });
    }
  });

  test("getters that throw", () => {
    const error = new Error("x");
    for (const key of ["name", "message", "stack", "code", "status", "statusCode", "response", "headers", "retryAfterMs", "cause", "errors", "data"]) {
      Object.defineProperty(error, key, { get: trap });
    }
    expect(record(error)).toStrictEqual({ name: "Error", message: "" });
  });

  test("fields of the wrong kind", () => {
    const error = Object.assign(new Error("x"), { name: 1, message: { a: 1 }, stack: [], code: [], status: {}, errors: { length: 5 } });
    expect(record(error)).toStrictEqual({ name: "Error", message: "" });
    expectStable(record(Object.create(Error.prototype)));
  });

  test("circular causes and lists end in a note", () => {
    const first: Error = new Error("first");
    const second = new Error("second", { cause: first });
    first.cause = second;
    const of = record(first);
    expect(of.cause).toMatchObject({ message: "second", cause: { name: "Error", message: "[circular: recorded further up]" } });
    expectStable(of);
    const all = new AggregateError([], "all");
    all.errors.push(all, new Error("x", { cause: all }));
    expect(record(all).errors?.map(({ message }) => message)).toStrictEqual(["[circular: recorded further up]", "x"]);
  });

  test("a chain of a million causes is cut after sixteen, one that never ends too", () => {
    let error = new Error("root");
    // Plain assignment: a million stack traces would take a while.
    for (let level = 0; level < 1_000_000; level += 1) error = Object.assign(Object.create(Error.prototype), { message: "m", cause: error }) as Error;
    const depthOf = (of: ErrorRecord | undefined): number => (of === undefined ? 0 : 1 + depthOf(of.cause));
    const of = record(error);
    expect(depthOf(of)).toBe(17);
    expect(JSON.stringify(of)).toContain("[further causes are not recorded]");
    expectStable(of);
    class Endless extends Error {
      override get cause(): unknown {
        return new Endless("again");
      }
    }
    expect(depthOf(record(new Endless("x")))).toBe(17);
  });

  test("huge texts and lists are cut, and say so", () => {
    const error = Object.assign(new Error("m".repeat(1_000_000)), { stack: "s".repeat(1_000_000), code: "c".repeat(1000), name: "n".repeat(1000) });
    const of = record(error);
    expect(of.message).toBe(`${"m".repeat(16_344)}… [983656 more characters]`);
    expect(JSON.stringify(of).length).toBeLessThan(40_000);
    expectStable(of);
    const list = record(new AggregateError(Array.from({ length: 1000 }, (_, index) => new Error(String(index)))));
    expect(list.errors).toHaveLength(256);
    expect(list.errors?.at(-1)?.message).toBe("[745 more errors are not recorded]");
    const nested = (levels: number): Error => (levels === 0 ? new Error("leaf") : new AggregateError(Array.from({ length: 8 }, () => nested(levels - 1))));
    expect(JSON.stringify(record(nested(4))).length).toBeLessThan(2_000_000);
  });

  test("lone surrogates survive, as in any text", () => {
    expectStable(record(new Error("\ud800 \u0000")));
  });
});
