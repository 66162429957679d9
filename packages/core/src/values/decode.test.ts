import { describe, expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { EncodedValue } from "./encoded-value.ts";
import { NotDecodableError } from "./not-decodable-error.ts";

const parse = (text: string): unknown => JSON.parse(text);

describe("decoding refuses what is never written, with its path", () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["an unknown tag", { a: [{ $x: 1 }] }, "value.a[0]"],
    ["a tag of Object.prototype", parse('{"$":{"$constructor":1}}'), "value"],
    ["a bare $", { $: 1 }, "value"],
    ["a tag beside another key", { a: { $d: 1, b: 2 } }, "value.a"],
    ["a tag after another key", { a: { b: 2, $d: 1 } }, "value.a"],
    ["an unescaped __proto__", parse('{"a":{"__proto__":{"polluted":true}}}'), "value.a"],
    ["a date that is no number", { $d: "2024" }, "value"],
    ["a date out of range", { $d: 8.64e15 + 2 }, "value"],
    ["a date between milliseconds", { $d: 0.5 }, "value"],
    ["a bigint that is none", { $i: "1.5" }, "value"],
    ["a bigint in hexadecimal", { $i: "0x1" }, "value"],
    ["an empty bigint", { $i: "" }, "value"],
    ["a bigint that would take long", { $i: "9".repeat(200_000) }, "value"],
    ["a number that JSON has", { $n: "1" }, "value"],
    ["an undefined of another shape", { $u: 1 }, "value"],
    ["bytes that are no text", { $b: [1] }, "value"],
    ["bytes that are not base64", [{ $b: "a-_=" }], "value[0]"],
    ["bytes cut short", { $b: "AAA" }, "value"],
    ["a buffer that is not base64", { $ab: "\u0000\u0000\u0000\u0000" }, "value"],
    ["a map that is no list", { $m: {} }, "value"],
    ["a map entry that is no pair", { a: { $m: [["k", 1], ["k"]] } }, "value.a.keys()[1]"],
    ["a map with the same key twice", { $m: [["k", 1], ["k", 2]] }, "value"],
    ["trouble in a map value", { $m: [["k", { $x: 1 }]] }, 'value.get("k")'],
    ["trouble in a map key", { $m: [[{ $x: 1 }, 1]] }, "value.keys()[0]"],
    ["a set that is no list", { $s: 1 }, "value"],
    ["a set with the same item twice", { $s: [1, 1] }, "value"],
    ["trouble in a set", { $s: [1, { $x: 1 }] }, "value.values()[1]"],
    ["an unknown view", { $t: ["Function", ""] }, "value"],
    ["a view of the wrong length", { $t: ["Float32Array", "AAA="] }, "value"],
    ["a view that is no pair", { $t: "Float32Array" }, "value"],
    ["a view without a name", { $t: [1, ""] }, "value"],
    ["a pattern that is none", { $r: ["(", ""] }, "value"],
    ["flags that are none", { $r: ["a", "gg"] }, "value"],
    ["a pattern of numbers", { $r: [1, 2] }, "value"],
    ["a URL that is none", { $url: "not a url" }, "value"],
    ["a URL that is no text", { $url: null }, "value"],
    ["an error that is no object", { $e: "boom" }, "value"],
    ["an error without a message", { $e: { name: "Error" } }, "value"],
    ["an error with names that are no strings", { $e: { name: "Error", message: "", names: [1] } }, "value"],
    ["an error with a stack that is no string", { $e: { name: "Error", message: "", stack: {} } }, "value"],
    ["an error with an object for a code", { $e: { name: "Error", message: "", code: {} } }, "value"],
    ["an error with a text for a status", { $e: { name: "Error", message: "", status: "500" } }, "value"],
    ["an error with a text for a delay", { $e: { name: "Error", message: "", retryAfterMs: "1" } }, "value"],
    ["an error with errors that are no list", { $e: { name: "Error", message: "", errors: {} } }, "value"],
    ["an error with a bad cause", { $e: { name: "Error", message: "", cause: { name: "Error", message: "", cause: 1 } } }, "value.cause.cause"],
    ["an error with a bad error in its list", { $e: { name: "Error", message: "", errors: [{ name: "Error", message: "" }, 1] } }, "value.errors[1]"],
    ["an error with bad data", { $e: { name: "Error", message: "", data: { a: { $x: 1 } } } }, "value.data.a"],
    ["an instance without a pair", { $c: "Money" }, "value"],
    ["an instance of nothing registered", { a: { $c: ["Money", {}] } }, "value.a"],
    ["a number beyond JSON", parse("[1e999]"), "value[0]"],
    ["undefined", { a: undefined }, "value.a"],
    ["a function", { a: () => 1 }, "value.a"],
  ];
  test.each(cases)("%s", (_, tree, path) => {
    let caught: unknown;
    try {
      EncodedValue.fromTree(tree).decode();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(NotDecodableError);
    expect(caught).toMatchObject({ code: "NOT_DECODABLE", path });
    expect((caught as Error).message.startsWith(`${path} cannot be read from its record: `)).toBe(true);
  });

  test("a long chain of causes is bounded", () => {
    let record: object = { name: "Error", message: "end" };
    for (let level = 0; level < 100_000; level += 1) record = { name: "Error", message: "", cause: record };
    expect(() => EncodedValue.fromTree({ $e: record }).decode()).toThrow("deeper than 128 levels");
  });

  test("wide values are refused by their length, before anything is made of them", () => {
    const codec = createCodec({ limits: { maxNodes: 10 } });
    const wide = Array.from({ length: 11 }, (_, index) => index);
    for (const tree of [wide, { $s: wide }, { $m: wide.map((key) => [key, 0]) }, Object.fromEntries(wide.map((key) => [key, 0]))]) {
      expect(() => codec.fromTree(tree).decode()).toThrow("limits.maxNodes");
    }
  });
});

test("payloads of formats that build objects stay plain data", () => {
  const payloads = [
    { lc: 1, type: "constructor", id: ["langchain", "llms", "OpenAI"], kwargs: { api_key: "x" } },
    { "py/object": "os.system", "py/reduce": [{ "py/function": "os.system" }, ["id"]] },
    { _$$ND_FUNC$$_: "function(){}" },
    { "@type": "java.lang.Runtime" },
  ];
  for (const payload of payloads) expect(EncodedValue.fromTree(payload).decode()).toStrictEqual(payload);
});
