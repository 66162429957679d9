import { expect, test } from "vitest";
import { plainValue } from "./plain-value.ts";

test("H2: what JSON does not know becomes text that can be read", () => {
  const value = { big: 12n, nan: Number.NaN, at: new Date(0), never: new Date(Number.NaN), bytes: new Uint8Array(3), map: new Map([[1n, new Set(["x"])]]), pattern: /a/u, failed: new TypeError("no") };
  expect(plainValue(value)).toEqual({ big: "12n", nan: "NaN", at: "1970-01-01T00:00:00.000Z", never: "[invalid date]", bytes: "[3 bytes]", map: [["1n", ["x"]]], pattern: "/a/u", failed: { name: "TypeError", message: "no" } });
});

test("H2: a circle ends, and a key named __proto__ stays a key", () => {
  const circle: { name: string; self?: unknown } = { name: "circle" };
  circle.self = circle;
  expect(plainValue(circle)).toEqual({ name: "circle", self: "[circular]" });
  expect(JSON.stringify(plainValue(JSON.parse('{"__proto__":{"polluted":1}}')))).toBe('{"__proto__":{"polluted":1}}');
});

test("H2: what stands under a hidden key is redacted, at every depth and in maps", () => {
  const hidden = (key: string): boolean => key === "token";
  expect(plainValue({ token: "a", inner: [{ token: { deep: "b" } }], map: new Map([["token", "c"]]) }, hidden)).toEqual({ token: "[redacted]", inner: [{ token: "[redacted]" }], map: [["token", "[redacted]"]] });
});

test("what is hidden is hidden in a Map that hangs on a recorded error, too", () => {
  const data = { of: { $m: [["my_token", "abc"], ["kept", { token: "abc" }]] } };
  expect(plainValue({ data }, (key) => /token/u.test(key))).toEqual({ data: { of: { $m: [["my_token", "[redacted]"], ["kept", { token: "[redacted]" }]] } } });
  expect(plainValue({ $m: [[1, 2]], token: 1 }, (key) => key === "token")).toEqual({ $m: [[1, 2]], token: "[redacted]" });
});
