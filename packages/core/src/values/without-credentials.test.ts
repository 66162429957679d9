import { describe, expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { withoutCredentials } from "./without-credentials.ts";

const codec = createCodec();
const left = (value: unknown): unknown => codec.decode(withoutCredentials(codec.encode(value, "data").encoded.tree));

describe("H3: what hangs on an error is kept without credentials", () => {
  test.each<[string, unknown, unknown]>([
    ["fields, however they are written", { api_key: 1, "X-Api-Key": "k", apiKey: [2], Authorization: {}, ok: 1 }, { api_key: "[not recorded]", "X-Api-Key": "[not recorded]", apiKey: "[not recorded]", Authorization: "[not recorded]", ok: 1 }],
    ["fields far down", { a: [{ b: { password: "p", c: 2 } }] }, { a: [{ b: { password: "[not recorded]", c: 2 } }] }],
    ["entries of a Map", new Map<unknown, unknown>([["set-cookie", "c"], [{ token: 1 }, 2]]), new Map<unknown, unknown>([["set-cookie", "[not recorded]"], [{ token: "[not recorded]" }, 2]])],
    ["headers as a list of pairs", [["authorization", "Bearer x"], ["accept", "*/*"]], [["authorization", "[not recorded]"], ["accept", "*/*"]]],
  ])("%s", (_, value, expected) => {
    expect(left(value)).toEqual(expected);
  });

  test.each([
    [{ tokens: 5, max_tokens: 6, type: "token", secretary: "me", keys: ["password"], cookie: null, secret: undefined }],
    [new Map([["at", new Date(5)]])],
    ["password"],
  ])("what only sounds alike stays, and is not copied", (value) => {
    const { tree } = codec.encode(value, "data").encoded;
    expect(withoutCredentials(tree)).toBe(tree);
  });
});
