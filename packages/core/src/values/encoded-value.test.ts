import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCodec } from "./codec.ts";
import { canonicalText, EncodedValue } from "./encoded-value.ts";
import { NotDecodableError } from "./not-decodable-error.ts";

const codec = createCodec();

test("H2: a value decodes to a fresh copy each time", () => {
  const { encoded } = codec.encode({ list: [{ a: 1 }], at: new Date(1) }, "result");
  const first = encoded.decode() as { list: { a: number }[]; at: Date };
  const second = encoded.decode() as typeof first;
  expect(first).toStrictEqual(second);
  expect(first.list[0]).not.toBe(second.list[0]);
  expect(first.at).not.toBe(second.at);
});

test("text and tree are made of each other, once", () => {
  const fromTree = EncodedValue.fromTree({ b: 1, a: { $d: 0 } });
  expect(fromTree.text).toBe('{"b":1,"a":{"$d":0}}');
  const fromText = EncodedValue.fromText('{"b":1,"a":{"$d":0}}');
  expect(fromText.tree).toStrictEqual({ b: 1, a: { $d: 0 } });
  expect(fromText.tree).toBe(fromText.tree);
  expect(fromText.decode()).toStrictEqual({ b: 1, a: new Date(0) });
});

test("text that is not JSON is a NotDecodableError, and only when the value is needed", () => {
  const broken = EncodedValue.fromText('{"a":');
  expect(broken.text).toBe('{"a":');
  expect(() => broken.decode()).toThrow(NotDecodableError);
});

test("a tree that no JSON text can hold is an error of ours", () => {
  let deep: unknown = [];
  for (let level = 0; level < 200_000; level += 1) deep = [deep];
  const value = EncodedValue.fromTree(deep);
  expect(() => value.text).toThrow("too large for one JSON text");
  expect(() => value.canonical).toThrow("too large for one JSON text");
  expect(() => value.decode()).toThrow("deeper than 128 levels");
});

describe("items of a list", () => {
  const { encoded } = codec.encode([1, new Date(2), [3]], "input");
  test("a list knows its length and gives its items as values of the same codec", () => {
    expect(encoded.length).toBe(3);
    expect(encoded.items().map((item) => item.decode())).toStrictEqual([1, new Date(2), [3]]);
    expect(encoded.item(1)?.canonical).toBe('{"$d":2}');
  });
  test("what is no list has none", () => {
    expect(encoded.item(3)).toBeUndefined();
    expect(encoded.item(-1)).toBeUndefined();
    const map = codec.encode(new Map([[0, 1]]), "input").encoded;
    expect([map.length, map.item(0), map.items()]).toStrictEqual([undefined, undefined, []]);
  });
});

describe("A3: the canonical text", () => {
  const canonical = (value: unknown): string => codec.encode(value, "input").encoded.canonical;

  test("does not depend on the order of keys, but on everything else", () => {
    expect(canonical({ b: 1, a: [1, 2] })).toBe(canonical({ a: [1, 2], b: 1 }));
    expect(canonical({ a: [2, 1] })).not.toBe(canonical({ a: [1, 2] }));
    const different: unknown[] = [null, undefined, 0, -0, Number.NaN, "", "0", false, 0n, [], {}, new Map(), new Set(), new Date(0), new Date(Number.NaN), { $d: 0 }, [undefined], { a: undefined }];
    expect(new Set(different.map(canonical)).size).toBe(different.length);
  });

  test("is the same after a trip through text", () => {
    const { encoded } = codec.encode({ z: new Map([["b", 1n]]), $a: -0 }, "input");
    expect(EncodedValue.fromText(encoded.text).canonical).toBe(encoded.canonical);
  });

  test("is the same whether or not somebody has the JSON text, of trees with keys in order and of others", () => {
    const key = fc.oneof(fc.constantFrom("$e", "10", "9", "a", "é", "stack", '"', "$$e", "constructor"), fc.string());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: "small" }, fc.jsonValue({ maxDepth: 0 }), fc.array(tie("tree"), { maxLength: 4 }), fc.dictionary(key, tie("tree"), { maxKeys: 5, noNullPrototype: true })),
    }));
    let inOrder = 0;
    fc.assert(
      fc.property(tree, fc.boolean(), (made, sort) => {
        const given: unknown = sort ? JSON.parse(canonicalText(made)) : made;
        const text = JSON.stringify(given);
        if (canonicalText(given) === text) inOrder += 1;
        expect(canonicalText(given, text)).toBe(canonicalText(given));
      }),
      { numRuns: 2_000 },
    );
    expect(inOrder).toBeGreaterThan(500);
  });

  test("leaves out the stacks of errors, also inside causes, lists, data and what was thrown: they differ on a resumed run", () => {
    const make = (stack: string): Error => {
      const error = Object.assign(new AggregateError([Object.assign(new Error("a"), { stack }), [Object.assign(new Error("e"), { stack })]], "b", { cause: Object.assign(new Error("c"), { stack }) }), { data: [Object.assign(new Error("d"), { stack })] });
      error.stack = stack;
      return error;
    };
    expect(canonical({ error: make("one") })).toBe(canonical({ error: make("two") }));
    expect(canonical({ error: make("one") })).not.toContain("stack");
    expect(canonical({ error: new Error("a") })).not.toBe(canonical({ error: new Error("b") }));
  });

  test("keeps a user's own property that is called stack or $e", () => {
    expect(canonical({ $e: { stack: "one" } })).toBe('{"$$e":{"stack":"one"}}');
    expect(canonical([{ $e: { stack: 1 } }, new Error("x")])).toContain('{"$$e":{"stack":1}}');
    expect(canonical(['"$e":{', { stack: 1 }])).toContain('"stack":1');
  });
});
