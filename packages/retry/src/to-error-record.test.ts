import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toErrorRecord } from "./to-error-record.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const record = (thrown: unknown): ReturnType<typeof toErrorRecord> => toErrorRecord(thrown, now);
const withFields = (fields: Record<string, unknown>): Error => Object.assign(new Error("x"), fields);

describe("names, codes and causes", () => {
  test("a plain error is its name and message", () => {
    expect(record(new Error("no"))).toEqual({ name: "Error", message: "no" });
    expect(record(new TypeError("no"))).toEqual({ name: "TypeError", message: "no" });
  });

  test("H3: the classes are named, nearest first", () => {
    class ApiError extends Error {}
    class RateLimitError extends ApiError {
      override readonly name = "RateLimited";
      readonly code = "rate_limited";
    }
    expect(record(new RateLimitError("slow down"))).toEqual({ name: "RateLimited", names: ["RateLimitError", "ApiError"], message: "slow down", code: "rate_limited" });
    expect(record(new ApiError("no"))).toEqual({ name: "Error", names: ["ApiError"], message: "no" });
  });

  test("an abort and a timeout of the platform", () => {
    expect(record(AbortSignal.abort().reason)).toMatchObject({ name: "AbortError", names: ["DOMException"] });
    expect(record(new DOMException("late", "TimeoutError"))).toMatchObject({ name: "TimeoutError", message: "late" });
  });

  test("causes and collected errors", () => {
    const thrown = new AggregateError([new TypeError("a"), new Error("b", { cause: new RangeError("c") })], "all failed");
    expect(record(thrown)).toEqual({
      name: "AggregateError",
      message: "all failed",
      errors: [{ name: "TypeError", message: "a" }, { name: "Error", message: "b", cause: { name: "RangeError", message: "c" } }],
    });
  });

  test("what is no error keeps its value where JSON can", () => {
    expect(record("no")).toEqual({ name: "NonError", message: "no", thrown: "no" });
    expect(record(null)).toEqual({ name: "NonError", message: "null", thrown: null });
    expect(record(undefined)).toEqual({ name: "NonError", message: "undefined" });
    expect(record(-0)).toStrictEqual({ name: "NonError", message: "0" });
    expect(record(withFields({ code: -0 }))).toStrictEqual({ name: "Error", message: "x", code: 0 });
    expect(record(5n)).toEqual({ name: "NonError", message: "5" });
    expect(record(Symbol("s"))).toEqual({ name: "NonError", message: "Symbol(s)" });
    expect(record({ status: 503, message: "busy" })).toEqual({ name: "Error", message: "busy", status: 503 });
    expect(record({ status: 503 })).toEqual({ name: "NonError", message: "", status: 503 });
  });

  test("an `errors` that holds no errors is left out", () => {
    expect(record(withFields({ errors: ["a", "b"] }))).toEqual({ name: "Error", message: "x" });
    expect(record(withFields({ errors: { field: new Error("y") } }))).toEqual({ name: "Error", message: "x" });
  });
});

describe("HTTP status, wherever clients keep it", () => {
  test.each<[string, Record<string, unknown>]>([
    ["status", { status: 503 }],
    ["statusCode (AI SDK)", { statusCode: 503 }],
    ["response.status (axios, ky)", { response: { status: 503 } }],
    ["response.statusCode (got)", { response: { statusCode: 503 } }],
    ["response (fetch)", { response: new Response("", { status: 503 }) }],
    ["$metadata (AWS SDK)", { $metadata: { httpStatusCode: 503 } }],
    ["status is no number, statusCode is", { status: "Service Unavailable", statusCode: 503 }],
  ])("%s", (_, fields) => {
    expect(record(withFields(fields)).status).toBe(503);
  });

  test.each([[0], [99], [600], [200.5], ["503"], [null]])("%o is none", (status) => {
    expect(record(withFields({ status }))).not.toHaveProperty("status");
  });
});

describe("T2: what Retry-After asks for", () => {
  test.each<[string, Record<string, unknown>, number | undefined]>([
    ["retryAfterMs", { retryAfterMs: 250 }, 250],
    ["retryAfter in seconds", { retryAfter: 2 }, 2_000],
    ["Headers with seconds", { response: { headers: new Headers({ "Retry-After": "120" }) } }, 120_000],
    ["Headers with a date", { headers: new Headers({ "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT" }) }, 7_000],
    ["a date in the past", { headers: { "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" } }, 0],
    ["plain headers in another case", { response: { headers: { "Retry-After": "1.5" } } }, 1_500],
    ["headers of the AI SDK", { responseHeaders: { "retry-after": "3" } }, 3_000],
    ["headers as a Map", { headers: new Map([["retry-after", "3"]]) }, 3_000],
    ["headers as lists", { headers: { "retry-after": ["4"] } }, 4_000],
    ["the finer header wins", { headers: { "retry-after": "1", "retry-after-ms": "1200" } }, 1_200],
    ["negative seconds", { headers: { "retry-after": "-1" } }, undefined],
    ["words", { headers: { "retry-after": "soon" } }, undefined],
    ["something that Date.parse would take", { headers: { "retry-after": "2026-11-22" } }, undefined],
    ["endless", { retryAfterMs: Infinity }, undefined],
    ["no number at all", { retryAfterMs: Number.NaN, retryAfter: {} }, undefined],
    ["more digits than a number holds", { headers: { "retry-after": "9".repeat(308) } }, undefined],
    ["headers that cannot be read", { headers: { get: () => { throw new Error("closed"); } } }, undefined],
  ])("%s", (_, fields, expected) => {
    expect(record(withFields(fields)).retryAfterMs).toBe(expected);
  });
});

describe("it never throws, and what it gives is JSON", () => {
  const hostile: ProxyHandler<Error> = {
    get: () => { throw new Error("get"); },
    getPrototypeOf: () => { throw new Error("getPrototypeOf"); },
    ownKeys: () => { throw new Error("ownKeys"); },
    has: () => { throw new Error("has"); },
  };

  test("getters that throw, hostile and revoked proxies", () => {
    const thrower = Object.defineProperty(new Error("x"), "code", { get: () => { throw new Error("no"); } });
    expect(record(thrower)).toEqual({ name: "Error", message: "x" });
    expect(record(new Proxy(new Error("x"), hostile))).toEqual({ name: "NonError", message: "" });
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect(record(proxy)).toEqual({ name: "NonError", message: "" });
    expect(record(withFields({ cause: proxy, errors: proxy, headers: proxy, response: proxy }))).toEqual({ name: "Error", message: "x", cause: { name: "NonError", message: "" } });
  });

  test("cycles end where they began", () => {
    const one = withFields({});
    const two = new Error("y", { cause: one });
    Object.assign(one, { cause: two, errors: [one, two] });
    expect(record(one)).toMatchObject({ message: "x", cause: { message: "y" }, errors: [{ message: "y" }] });
    expect(record(one).cause).not.toHaveProperty("cause");
  });

  test("a long chain and an endless tree are cut", () => {
    let chain = new Error("0");
    for (let count = 1; count < 10_000; count += 1) chain = new Error(`${count}`, { cause: chain });
    expect(JSON.stringify(record(chain)).length).toBeLessThan(5_000);
    const endless: ProxyHandler<Error> = {
      get: (_, key) => {
        if (key === "cause") return new Proxy(new Error("x"), endless);
        return key === "errors" ? Array.from({ length: 20 }, () => new Proxy(new Error("x"), endless)) : undefined;
      },
    };
    expect(JSON.stringify(record(new Proxy(new Error("x"), endless))).match(/"message"/g)?.length).toBeLessThanOrEqual(256);
  });

  test("anything at all", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withSet: true, withBigInt: true, withTypedArray: true }), fc.anything(), (thrown, field) => {
        for (const each of [thrown, withFields({ code: field, cause: thrown, status: field, headers: field, name: field, message: thrown, errors: [thrown, field] })]) {
          const described = record(each);
          expect(JSON.parse(JSON.stringify(described))).toEqual(described);
        }
      }),
    );
  });
});
