import { secret } from "@reprise/core";
import { expect, test } from "vitest";
import { plainJson } from "./plain-json.ts";
import { preview, secretKey } from "./preview.ts";

const secrets = {
  token: "t-1",
  accessToken: "t-2",
  client_secret: "s-1",
  Password: "p-1",
  headers: { Authorization: "Bearer b-1", "Set-Cookie": "c-1", "x-api-key": "k-1" },
  apikey: "k-2",
  nested: [new Map([["api_key", "k-3"]])],
};

test("values under the keys of secrets are never shown, at any depth and in maps", () => {
  for (const text of [preview(secrets, secretKey()), plainJson(secrets, secretKey())]) {
    expect(text).not.toMatch(/[tspbck]-\d/);
    expect(text.match(/\[redacted\]/g)).toHaveLength(9);
  }
});

test("further keys can be named as parts or as expressions, a global one included", () => {
  const secret = secretKey(["iban", /^user_/g]);
  expect(preview({ creditorIBAN: "DE00", user_a: 1, user_b: 2, other: 3 }, secret)).toBe("{creditorIBAN: [redacted], user_a: [redacted], user_b: [redacted], other: 3}");
});

test("long strings, long lists and deep levels say what is missing", () => {
  const secret = secretKey();
  expect(preview("x".repeat(1200), secret)).toBe(`"${"x".repeat(200)}"... (+1000 characters)`);
  expect(preview(Array.from({ length: 25 }, (_, index) => index), secret)).toMatch(/19, \.\.\. \+5\]$/);
  expect(preview({ a: { b: { c: { d: { e: 1 } } } } }, secret)).toBe("{a: {b: {c: {d: {...}}}}}");
});

test("values that JSON does not know are readable", () => {
  const value = { at: new Date(0), big: 12n, none: undefined, zero: -0, not: Number.NaN, map: new Map([["a", 1]]), set: new Set([1]), bytes: new Uint8Array(3), url: new URL("https://example.org/"), pattern: /a/g };
  expect(preview(value, secretKey())).toBe(
    '{at: 1970-01-01T00:00:00.000Z, big: 12n, none: undefined, zero: -0, not: NaN, map: Map(1) {"a" => 1}, set: Set(1) {1}, bytes: Uint8Array(3 bytes), url: "https://example.org/", pattern: /a/g}',
  );
  expect(plainJson(value, secretKey())).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","big":"12n","zero":0,"not":"NaN","map":[["a",1]],"set":[1],"bytes":"[3 bytes]","url":"https://example.org/","pattern":"/a/g"}',
  );
});

test("a reference to a secret is its name, where the key says nothing of it", () => {
  const value = { account: secret("shop"), list: [secret("bank")] };
  expect(preview(value, secretKey())).toBe("{account: [secret:shop], list: [[secret:bank]]}");
  expect(plainJson(value, secretKey())).toBe('{"account":"[secret:shop]","list":["[secret:bank]"]}');
});

test("circles end", () => {
  const circle: Record<string, unknown> = { name: "circle" };
  circle["self"] = circle;
  expect(preview(circle, secretKey())).toBe('{name: "circle", self: [circular]}');
  expect(plainJson(circle, secretKey())).toBe('{"name":"circle","self":"[circular]"}');
});

test("JSON keeps every character, but none that a terminal obeys as it is", () => {
  const text = "\u001b[2J\u009b31m\u202e\u2028\u007f日本";
  const line = plainJson({ text }, secretKey());
  expect(line).not.toMatch(/[\p{Cc}\u2028-\u202e]/u);
  expect(JSON.parse(line)).toEqual({ text });
});

test("a key named __proto__ stays a key", () => {
  const value: unknown = JSON.parse('{"__proto__":{"polluted":1}}');
  expect(plainJson(value, secretKey())).toBe('{"__proto__":{"polluted":1}}');
});
