import fc from "fast-check";
import { expect, test } from "vitest";
import { isCommonRecord } from "./common-record.ts";
import { recordSchema } from "./records.ts";

const value = fc.oneof(fc.constantFrom<unknown>(1, 0, -1, 2.5, 1e300, 2 ** 53, null, true, "", "a", [], [1], [0], [1, "2"], {}), fc.jsonValue({ maxDepth: 2 }));
const fields = ["at", "a", "p", "i", "ip", "ix", "ver", "fp", "root", "once", "workers", "given", "was", "c", "v", "vc", "vb", "w", "msg", "pin", "zz", "__proto__"];
const good: Record<string, unknown> = { at: 1, a: "a::tool_call", p: 1, ip: 1, ix: 0, ver: "1", fp: "", root: 1, once: 1, c: 3, vc: 2, vb: [1, 2] };
const json = fc
  .tuple(fc.constantFrom("started", "completed", "failed"), fc.uniqueArray(fc.constantFrom(...fields), { maxLength: 6 }), fc.array(value, { minLength: 6, maxLength: 6 }), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }))
  .map(([k, names, values, kept]) => {
    const needed = k === "started" ? ["at", "a"] : ["at", "c"];
    const entries = [...new Set([...needed, ...names])].map((name, index): [string, unknown] => [name, (kept[index % 6] && good[name] !== undefined) || index < 2 ? good[name] : values[index % 6]]);
    return JSON.parse(JSON.stringify(Object.fromEntries([["k", k], ...entries]))) as unknown;
  });

test("S6: what is taken without asking the schemas is what they allow, unchanged", () => {
  let taken = 0;
  fc.assert(
    fc.property(json, (each) => {
      if (!isCommonRecord(each)) return;
      taken += 1;
      expect(recordSchema.parse(each)).toEqual(each);
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test("S6: the records that most of a journal is made of are taken", () => {
  expect(isCommonRecord({ k: "started", at: 1, a: "main::step::tool_call", p: 2, i: { any: "tree" } })).toBe(true);
  expect(isCommonRecord({ k: "completed", at: 1, c: 3, v: [1] })).toBe(true);
});
