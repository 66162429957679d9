import { deepStrictEqual } from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { ActorFailedError, GroupFailedError, TimeoutError } from "../errors/call-errors.ts";
import { isRepriseError, RepriseError } from "../errors/reprise-error.ts";
import { createCodec } from "./codec.ts";
import type { ErrorRecord } from "./error-record.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const codec = createCodec({ now: () => now });
const record = (thrown: unknown): ErrorRecord => codec.errorRecord(thrown);

const secret = "sk-canary-7f3a";
const headers = { authorization: `Bearer ${secret}`, cookie: secret };

class ApiError extends Error {
  override name = "ApiError";
}
class RateLimitError extends ApiError {
  override name = "RateLimitError";
}

/** A record is JSON, and an error made of it gives the same record again. */
function expectStable(of: ErrorRecord): Error {
  deepStrictEqual(JSON.parse(JSON.stringify(of)), of);
  const restored = codec.errorFrom(of);
  deepStrictEqual(record(restored), of);
  return restored;
}

describe("H3: real errors", () => {
  test("a failed fetch keeps the code of its cause", () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { errno: -111, code: "ECONNREFUSED", syscall: "connect", address: "127.0.0.1", port: 1 });
    const of = record(new TypeError("fetch failed", { cause }));
    expect(of).toStrictEqual({
      name: "TypeError",
      message: "fetch failed",
      stack: expect.stringContaining("TypeError: fetch failed") as string,
      cause: { name: "Error", message: "connect ECONNREFUSED 127.0.0.1:1", stack: cause.stack, code: "ECONNREFUSED" },
    });
    const restored = expectStable(of);
    expect(restored).toBeInstanceOf(TypeError);
    expect(restored.cause).toMatchObject({ message: "connect ECONNREFUSED 127.0.0.1:1", code: "ECONNREFUSED" });
  });

  test("a fetch that really fails", async () => {
    const error: unknown = await fetch("http://127.0.0.1:1/").catch((reason: unknown) => reason);
    const of = record(error);
    expect(of.name).toBe("TypeError");
    expect(of.cause?.message).toEqual(expect.any(String));
    expectStable(of);
  });

  test("an AggregateError keeps its errors, which need not be errors", () => {
    const of = record(new AggregateError([new RangeError("a"), "b", undefined, { message: "c", code: 7 }], "all failed"));
    expect(of.errors?.map(({ name, message, code, thrown }) => ({ name, message, code, thrown }))).toStrictEqual([
      { name: "RangeError", message: "a", code: undefined, thrown: undefined },
      { name: "NonError", message: "b", code: undefined, thrown: "b" },
      { name: "NonError", message: "undefined was thrown", code: undefined, thrown: { $u: 0 } },
      { name: "Error", message: "c", code: 7, thrown: undefined },
    ]);
    const restored = expectStable(of) as AggregateError;
    expect(restored).toBeInstanceOf(AggregateError);
    expect(restored.message).toBe("all failed");
    expect(restored.errors[0]).toBeInstanceOf(RangeError);
    expect(restored.errors.slice(1, 3)).toStrictEqual(["b", undefined]);
    expect(Object.keys(restored)).not.toContain("errors");
  });

  test("an HTTP client's error keeps status and delay and no header, body, config or socket", () => {
    class AxiosError extends Error {
      override name = "AxiosError";
      code = "ERR_BAD_REQUEST";
      config = { headers, url: `https://example.org/?key=${secret}`, auth: { password: secret } };
      request = { socket: { _httpMessage: headers } };
      response = { status: 429, headers: { "retry-after": "3", "set-cookie": [secret] }, data: { token: secret }, config: { headers }, request: {} };
      isAxiosError = true;
      toJSON() {
        return { config: this.config };
      }
    }
    const of = record(new AxiosError("Request failed with status code 429"));
    expect(JSON.stringify(of)).not.toContain(secret);
    expect(of).toStrictEqual({
      name: "AxiosError",
      message: "Request failed with status code 429",
      stack: expect.any(String) as string,
      code: "ERR_BAD_REQUEST",
      status: 429,
      retryAfterMs: 3000,
    });
    expectStable(of);
  });

  test("secrets stay out wherever they hang: on causes, in lists, on what is thrown instead of an error", () => {
    const guilty = Object.assign(new Error("a"), { headers, request: headers, socket: headers, agent: headers, options: headers, secret });
    const things = [
      new Error("x", { cause: guilty }),
      new AggregateError([guilty]),
      { message: "m", headers, config: headers, token: secret },
      { status: 500, headers },
      { status: 500, request: { headers } },
      new Error("x", { cause: { status: 500, response: { headers } } }),
      new Error("x", { cause: new Response("", { status: 500, headers: { authorization: secret } }) }),
    ];
    for (const thing of things) expect(JSON.stringify(record(thing))).not.toContain(secret);
  });

  test("DOMExceptions are restored as errors of their name", () => {
    for (const name of ["AbortError", "TimeoutError"]) {
      const of = record(new DOMException("stopped", name));
      expect(of).toMatchObject({ name, names: ["DOMException"], message: "stopped" });
      const restored = expectStable(of);
      expect(restored).toBeInstanceOf(Error);
      expect(restored.name).toBe(name);
    }
    expect(record(AbortSignal.abort().reason).name).toBe("AbortError");
  });

  test("the class names are kept, nearest first, also of an error that comes from a record", () => {
    const of = record(new RateLimitError("slow down"));
    expect(of).toMatchObject({ name: "RateLimitError", names: ["RateLimitError", "ApiError"] });
    const restored = expectStable(of);
    expect(restored).not.toBeInstanceOf(RateLimitError);
    expect(restored.name).toBe("RateLimitError");
    class Unnamed extends TypeError {}
    expect(record(new Unnamed("x"))).toMatchObject({ name: "TypeError", names: ["Unnamed", "TypeError"] });
    expect(expectStable(record(new Unnamed("x")))).toBeInstanceOf(TypeError);
    expect(record(Object.create(new RateLimitError("x")))).toHaveProperty("names", ["RateLimitError", "ApiError"]);
    expect(record(Object.assign(new Error("x"), { name: "FetchError" }))).not.toHaveProperty("names");
  });

  test("one of Reprise is a RepriseError again, whatever it hangs on, with the advice of its code", () => {
    const group = new GroupFailedError("a::g", [], [new ActorFailedError("a::g{0}", 1, new TypeError("inner")), new RangeError("other")]);
    const chain = [new TimeoutError("a::t", "timeoutMs", 5), group, new RepriseError("NO_SPACE", "full")];
    for (const error of chain) {
      const restored = expectStable(record(new Error("of the user", { cause: error }))).cause;
      expect(isRepriseError(restored, error.code as never)).toBe(true);
      expect(restored).toBeInstanceOf(RepriseError);
      expect(restored).toMatchObject({ name: error.name, message: error.message, retry: error.retry, indeterminate: false, stack: error.stack });
    }
    const restored = expectStable(record(group)) as AggregateError;
    expect(restored).toBeInstanceOf(AggregateError);
    expect(restored.errors.map((each) => isRepriseError(each, "ACTOR_FAILED"))).toStrictEqual([true, false]);
    expect((restored.errors[0] as Error).cause).toBeInstanceOf(TypeError);
  });

  test("an error of the user is none of Reprise, whatever its code and its name are", () => {
    class RepriseLike extends Error {
      code = "TIMEOUT";
    }
    const others = [new RepriseLike("x"), Object.assign(new AggregateError([]), { code: "GROUP_FAILED" }), Object.assign(new Error("x"), { name: "GroupFailedError", code: "GROUP_FAILED" })];
    for (const other of others) expect(isRepriseError(expectStable(record(other)))).toBe(false);
    expect(isRepriseError(codec.errorFrom({ name: "RepriseError", message: "of a later version", code: "NOT_YET_KNOWN" }))).toBe(false);
  });

  test("an error of another realm is an error", () => {
    const of = record(runInNewContext("Object.assign(new TypeError('far'), { code: 'E_FAR' })"));
    expect(of).toMatchObject({ name: "TypeError", message: "far", code: "E_FAR" });
    expect(of).not.toHaveProperty("names");
    expect(of).not.toHaveProperty("thrown");
  });

  test("data is kept as a tagged value if it can be encoded, else left out alone", () => {
    const good = record(Object.assign(new Error("x"), { data: { at: new Date(5), $a: [1n] } }));
    expect(good.data).toStrictEqual({ at: { $d: 5 }, $$a: [{ $i: "1" }] });
    expect(expectStable(good)).toHaveProperty("data", { at: new Date(5), $a: [1n] });
    for (const data of [() => 1, { deep: [{ socket: new WeakMap() }] }, new Proxy({}, { ownKeys: () => { throw new Error("no"); } })]) {
      const bad = record(Object.assign(new Error("x", { cause: new Error("y") }), { code: 1, data }));
      expect(bad).toMatchObject({ message: "x", code: 1, cause: { message: "y" } });
      expect(bad).not.toHaveProperty("data");
    }
  });

  test("an error in its own data ends there", () => {
    const error: Error & { data?: unknown } = new Error("x");
    error.data = { error };
    expect(record(error)).not.toHaveProperty("data");
  });
});

describe("H3: code, status and Retry-After", () => {
  const facts = (fields: object): Partial<ErrorRecord> => {
    const { code, status, retryAfterMs } = record(Object.assign(new Error("x"), fields));
    return Object.fromEntries(Object.entries({ code, status, retryAfterMs }).filter(([, value]) => value !== undefined));
  };

  test.each([
    [{ code: "ENOENT" }, { code: "ENOENT" }],
    [{ code: 5 }, { code: 5 }],
    [{ code: { nested: 1 } }, {}],
    [{ code: Number.NaN }, {}],
    [{ status: 503 }, { status: 503 }],
    [{ statusCode: 503 }, { status: 503 }],
    [{ response: { status: 503 } }, { status: 503 }],
    [{ response: { statusCode: 503 } }, { status: 503 }],
    [{ status: "failed", statusCode: 500 }, { status: 500 }],
    [{ $metadata: { httpStatusCode: 503 } }, { status: 503 }],
    [{ retryAfterMs: 1500 }, { retryAfterMs: 1500 }],
    [{ retryAfter: 2 }, { retryAfterMs: 2000 }],
    [{ responseHeaders: { "retry-after": "3" } }, { retryAfterMs: 3000 }],
    [{ headers: { "retry-after-ms": "250", "retry-after": "1" } }, { retryAfterMs: 250 }],
    [{ retryAfterMs: -1 }, {}],
    [{ retryAfterMs: Number.POSITIVE_INFINITY, headers: { "retry-after": "1" } }, { retryAfterMs: 1000 }],
    [{ headers: new Headers({ "Retry-After": "120" }) }, { retryAfterMs: 120_000 }],
    [{ headers: { "Retry-After": "1.5" } }, { retryAfterMs: 1500 }],
    [{ headers: { "retry-after": 2 } }, { retryAfterMs: 2000 }],
    [{ headers: { "retry-after": ["4", "5"] } }, { retryAfterMs: 4000 }],
    [{ response: { headers: new Headers({ "retry-after": "7" }) } }, { retryAfterMs: 7000 }],
    [{ response: { headers: new Map([["retry-after", "8"]]) } }, { retryAfterMs: 8000 }],
    [{ headers: { "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" } }, { retryAfterMs: 30_000 }],
    [{ headers: { "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" } }, { retryAfterMs: 0 }],
    [{ headers: { "retry-after": "-5" } }, {}],
    [{ headers: { "retry-after": "soon" } }, {}],
    [{ headers: { "retry-after": "" } }, {}],
    [{ headers: { "retry-after": "9".repeat(400) } }, {}],
    [{ headers: { get: () => { throw new Error("not a Headers object"); } } }, {}],
    [{ headers: null, response: null }, {}],
  ])("%o", (fields, expected) => {
    expect(facts(fields)).toStrictEqual(expected);
  });

  test("a date says nothing to a codec without a clock", () => {
    const error = Object.assign(new Error("x"), { headers: { "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" } });
    expect(createCodec().errorRecord(error)).not.toHaveProperty("retryAfterMs");
  });
});

describe("H3: what is thrown instead of an error", () => {
  const circular: { self?: unknown; a: number } = { a: 1 };
  circular.self = circular;
  test.each<readonly [string, unknown, ErrorRecord]>([
    ["a string", "boom", { name: "NonError", message: "boom", thrown: "boom" }],
    ["undefined", undefined, { name: "NonError", message: "undefined was thrown", thrown: { $u: 0 } }],
    ["null", null, { name: "NonError", message: "null was thrown", thrown: null }],
    ["a number", 42, { name: "NonError", message: "42 was thrown", thrown: 42 }],
    ["a symbol", Symbol("s"), { name: "NonError", message: "Symbol(s) was thrown" }],
    ["a function", () => 1, { name: "NonError", message: "a function was thrown" }],
    ["an object", { reason: "full", status: 507 }, { name: "NonError", message: "an object with the properties reason, status was thrown", status: 507, thrown: { reason: "full", status: 507 } }],
    ["a circular object", circular, { name: "NonError", message: "an object with the properties a, self was thrown" }],
    ["a Map", new Map([[1, 2]]), { name: "NonError", message: "an instance of Map was thrown", thrown: { $m: [[1, 2]] } }],
    ["an object that looks like an error", { name: "Odd", message: "m", code: "X", stack: "s", extra: 1 }, { name: "Odd", message: "m", stack: "s", code: "X" }],
    ["a Response", new Response("", { status: 503, headers: { "retry-after": "1" } }), { name: "NonError", message: "an instance of Response was thrown", status: 503, retryAfterMs: 1000 }],
  ])("%s", (_, thrown, expected) => {
    const of = record(thrown);
    expect(of).toStrictEqual(expected);
    expectStable(of);
  });

  test("is restored as an error that carries it, and as itself where it was a cause", () => {
    expect(codec.errorFrom(record("boom"))).toMatchObject({ name: "NonError", message: "boom", thrown: "boom" });
    expect(codec.errorFrom(record(new Error("x", { cause: { a: new Date(1) } }))).cause).toStrictEqual({ a: new Date(1) });
    expect(codec.errorFrom(record(new Error("x", { cause: null }))).cause).toBeNull();
  });
});

describe("H2: errors as values", () => {
  test("an Error in a result survives by the same record, with its cause", () => {
    const error = Object.assign(new RateLimitError("slow", { cause: new TypeError("inner") }), { code: "E", status: 429, other: "dropped" });
    const { encoded, plain } = codec.encode({ errors: [error] }, "result");
    expect(plain).toBe(false);
    expect(encoded.tree).toStrictEqual({ errors: [{ $e: record(error) }] });
    const [restored] = (codec.fromTree(JSON.parse(encoded.text)).decode() as { errors: Error[] }).errors;
    expect(restored).toMatchObject({ name: "RateLimitError", message: "slow", code: "E", status: 429, stack: error.stack });
    expect(restored?.cause).toBeInstanceOf(TypeError);
    expect(restored).not.toHaveProperty("other");
    expect(Object.keys(restored ?? {})).toStrictEqual(["code", "status"]);
  });

  test("an error that contains the value it is in is cut there; a value that contains itself through an error's data is not", () => {
    const value: { error?: Error } = {};
    value.error = new Error("x", { cause: value });
    expect(codec.encode(value, "result").encoded.tree).toMatchObject({ error: { $e: { message: "x", cause: { message: "[circular: recorded further up]" } } } });
    const list: unknown[] = [];
    list.push(Object.assign(new Error("y"), { data: { list } }));
    const { encoded } = codec.encode(list, "result");
    expect(encoded.text).not.toContain('"data"');
  });
});
