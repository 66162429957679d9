import { expect, test } from "vitest";
import { pinFrom } from "./parse-words.ts";

test.each([
  ["fetch::tool_call=1", { "fetch::tool_call": 1 }],
  ["a=b::tool_call=1", { "a=b::tool_call": 1 }],
  ["a=b::c[k]#2::llm_call={\"x\":\"=\"}", { "a=b::c[k]#2::llm_call": { x: "=" } }],
  ['fetch::tool_call="a::tool_call=1"', { "fetch::tool_call": "a::tool_call=1" }],
  ["a::tool_call=b::tool_call=1", { "a::tool_call=b::tool_call": 1 }],
  // Core says what is wrong with these.
  ["fetch::tol_call=1", { "fetch::tol_call": 1 }],
  ["fetch=1", { fetch: 1 }],
])("A1: a name may hold what stands between an address and its value: %s", (text, pins) => {
  expect(pinFrom(text)).toEqual(pins);
});

test("each pin adds to those before", () => {
  expect(pinFrom("b::tool_call=2", { "a::tool_call": 1 })).toEqual({ "a::tool_call": 1, "b::tool_call": 2 });
});

test.each([
  ["fetch::tool_call", "It must be ADDRESS=JSON."],
  ["=1", "It must be ADDRESS=JSON."],
  ["a=b::tool_call=yes", "It must be JSON; a text needs quotes of its own"],
])("%s is refused", (text, message) => {
  expect(() => pinFrom(text)).toThrow(message);
});
