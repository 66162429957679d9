import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultSystem } from "../system.ts";
import { branchPath, checkName, childPath, encodeKey, formatAddress, parseAddress } from "./address.ts";

const { sha256 } = defaultSystem();
const segment = (name: string, key?: string, number = 1) => ({ name, key, number });

describe("A1: an address", () => {
  test.each([
    [formatAddress(childPath(undefined, segment("multiply_by_two")), "tool_call"), "multiply_by_two::tool_call"],
    [formatAddress(childPath("research", segment("fetch", "doc-7", 2)), "tool_call"), "research::fetch[doc-7]#2::tool_call"],
    [formatAddress(childPath(branchPath("research::pages", "3", 1), segment("fetch")), "tool_call"), "research::pages{3}::fetch::tool_call"],
    [formatAddress(branchPath("pages#2", "3", 2), "branch"), "pages#2{3}#2::branch"],
  ])("is written %s", (written, expected) => {
    expect(written).toBe(expected);
  });

  test.each([
    ["fetch::tool_call", { path: "fetch", type: "tool_call", segment: segment("fetch") }],
    ["a::fetch[doc-7]#2::llm_call", { path: "a::fetch[doc-7]#2", type: "llm_call", segment: segment("fetch", "doc-7", 2) }],
    ["a::pages#3{x}#2::branch", { path: "a::pages#3{x}#2", type: "branch", segment: segment("pages", "x", 2) }],
  ])("%s is read back", (address, parsed) => {
    expect(parseAddress(address)).toEqual(parsed);
  });

  test.each(["", "fetch", "::tool_call", "a[::tool_call", "a]b::tool_call"])("%j is refused", (address) => {
    expect(() => parseAddress(address)).toThrow(expect.objectContaining({ code: "INVALID_ADDRESS" }));
  });

  test("is read back as it was written, for any name, key and number", () => {
    const names = fc.string({ minLength: 1, maxLength: 40, unit: "binary" }).filter((name) => accepted(name));
    fc.assert(
      fc.property(names, fc.option(fc.string({ unit: "binary", minLength: 1 }), { nil: undefined }), fc.integer({ min: 1, max: 99 }), (name, key, number) => {
        const encoded = key === undefined ? undefined : encodeKey(key, sha256);
        const path = childPath("outer[k]{1}", segment(name, encoded, number));
        expect(parseAddress(formatAddress(path, "tool_call"))).toEqual({ path, type: "tool_call", segment: segment(name, encoded, number) });
      }),
    );
  });
});

describe("A1: a key", () => {
  test("is percent-encoded, so that nothing in it can be taken for the grammar", () => {
    expect(encodeKey("a::b[1]#2{x}/ü", sha256)).toBe("a%3A%3Ab%5B1%5D%232%7Bx%7D%2F%C3%BC");
  });

  test("of more than 128 characters is hashed, and cannot be confused with one that looks like a hash", () => {
    const long = encodeKey("k".repeat(129), sha256);
    expect(long).toMatch(/^~[0-9a-f]{32}$/);
    expect(encodeKey(long, sha256)).not.toBe(long);
    expect(encodeKey("k".repeat(128), sha256)).toBe("k".repeat(128));
  });

  test("tells any two texts apart, lone surrogates included", () => {
    const texts = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), minLength: 1 });
    fc.assert(fc.property(texts, texts, (one, other) => (one === other) === (encodeKey(one, sha256) === encodeKey(other, sha256))));
  });
});

describe("A1: a name", () => {
  test.each(["a::b", "a[b", "a]", "a{b", "a}", "a#b", "a\nb", "a\u0000", "a\u009f", ":a", "a:", "", "n".repeat(129)])("%j is refused at definition", (name) => {
    expect(() => checkName("tool", name)).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION", path: "name" }));
  });

  test.each(["a", "a:b", "fetch page", "naïve", "数据", "a/b.c", "n".repeat(128)])("%j is accepted", (name) => {
    expect(checkName("tool", name)).toBe(name);
  });
});

function accepted(name: string): boolean {
  try {
    checkName("tool", name);
    return true;
  } catch {
    return false;
  }
}
