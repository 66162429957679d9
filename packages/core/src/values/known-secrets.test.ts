import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inspect, format } from "node:util";
import { messageOf } from "../errors/message-of.ts";
import { showValue } from "../errors/show-value.ts";
import { createCodec } from "./codec.ts";
import { KnownSecrets } from "./known-secrets.ts";
import { plainValue } from "./plain-value.ts";
import { isSecret, secret, type SecretReference } from "./secret.ts";
import { showTree } from "./show-tree.ts";

function knowing(secrets: Readonly<Record<string, string>>): KnownSecrets {
  const known = new KnownSecrets();
  for (const [name, value] of Object.entries(secrets)) known.add(name, value);
  return known;
}

describe("H2: the values of secrets in texts", () => {
  test.each<[string, Readonly<Record<string, string>>, string, string]>([
    ["wherever they are", { a: "hunter22" }, "hunter22 and hunter22!", "[secret:a] and [secret:a]!"],
    ["the longer one first", { a: "abcd", b: "xabcdx" }, "xabcdx abcd", "[secret:b] [secret:a]"],
    ["as URLs write them", { a: "p/q r+s" }, "https://e.org/?k=p%2Fq%20r%2Bs", "https://e.org/?k=[secret:a]"],
    ["as JSON writes them", { a: 'say "hi"' }, '{"k":"say \\"hi\\""}', '{"k":"[secret:a]"}'],
    ["with characters that mean something elsewhere", { a: "$&.*($1" }, "x$&.*($1y", "x[secret:a]y"],
    ["not if they are too short to be told apart", { a: "abc" }, "abcabc", "abcabc"],
    ["with lone surrogates", { a: "\ud800abc" }, "x\ud800abc", "x[secret:a]"],
  ])("%s", (_, secrets, text, masked) => {
    expect(knowing(secrets).mask(text)).toBe(masked);
  });

  test("no value is left in a record, whatever is recorded", () => {
    const codec = createCodec();
    // Letters alone: other texts may stand in JSON or in marks by chance.
    const value = fc.stringMatching(/^[g-z]{8,20}$/u);
    fc.assert(
      fc.property(value, fc.anything({ maxDepth: 3, values: [fc.string(), fc.constant("@"), fc.integer()] }), (key, shape) => {
        const input = codec.encode({ key: secret("a") }, "input").encoded;
        codec.reveal(input, new Map([["a", key]]));
        const sprinkled = JSON.parse(JSON.stringify([shape, "@"] as unknown).replaceAll("@", `<${key}>`)) as unknown;
        const { encoded, plain } = codec.encode({ sprinkled, map: new Map([[key, key]]), url: new URL(`https://e.org/${key}`), error: new Error(key) }, "value");
        expect(plain).toBe(false);
        expect(encoded.text).not.toContain(key);
        expect(JSON.stringify(codec.errorRecord(new Error("x", { cause: key })))).not.toContain(key);
      }),
    );
  });

  // As code that takes numbers, too, might be given it.
  test.each<[string, (key: string | number) => unknown]>([
    ["a template", (key) => `Bearer ${key}`],
    ["+", (key) => "Bearer " + key],
    ["String", (key) => String(key)],
    ["toString", (key) => key.toString()],
    ["join", (key) => ["Bearer", key].join(" ")],
    ["a header", (key) => new Headers([["authorization", key as string]])],
    ["a parameter of a URL", (key) => new URLSearchParams([["key", key as string]])],
    ["the name of a field", (key) => ({ [key]: 1 })],
    ["a comparison", (key) => key > "a"],
  ])("a reference is not made text of, by %s: the placeholder would be sent for the value", (_, use) => {
    const message = 'secret("api") is a reference, not a text: pass it on as it is to a tool or llm, whose handler gets the text, and build "Bearer …" and the like there';
    for (const key of [secret("api"), createCodec().fromTree({ $secret: "api" }).decode() as string]) {
      expect(() => use(key)).toThrow(expect.objectContaining({ name: "RepriseError", code: "SECRET_AS_TEXT", message }));
    }
  });

  test("looking at a reference is harmless", () => {
    const key = secret("api");
    expect(inspect({ key })).toBe("{ key: SecretReference { name: 'api' } }");
    expect(JSON.stringify({ key })).toBe('{"key":"[secret:api]"}');
    expect(format("%o %O %j", key, key, key)).toContain("api");
    expect([showValue(key), messageOf(key), showTree({ key: { $secret: "api" } })]).toEqual(["a value of type object", "something that cannot be read", '{"key":[secret:api]}']);
    expect(JSON.stringify(plainValue({ used: key }))).toContain("api");
    expect([isSecret(key as never), Object.prototype.toString.call(key)]).toEqual([true, "[object Object]"]);
  });

  test("a reference survives, is equal by name, and is shown by it", () => {
    const codec = createCodec();
    const { encoded, plain } = codec.encode([secret("a"), { $secret: "b" }], "value");
    expect(plain).toBe(false);
    expect(encoded.tree).toEqual([{ $secret: "a" }, { $$secret: "b" }]);
    expect(encoded.secretNames).toEqual(["a"]);
    const [first, second] = codec.fromTree(encoded.tree).decode() as [SecretReference, object];
    expect([isSecret(first), isSecret(second)]).toEqual([true, false]);
    expect(JSON.stringify(first)).toBe('"[secret:a]"');
    expect(codec.unpack(codec.pack(encoded)).tree).toEqual(encoded.tree);
    expect(codec.encode([secret("a")], "value").encoded.canonical).toBe(codec.encode([first], "value").encoded.canonical);
    expect(() => codec.fromTree({ $secret: 5 }).decode()).toThrow(expect.objectContaining({ code: "NOT_DECODABLE" }));
  });
});
