import fc from "fast-check";
import { expect, test } from "vitest";
import { createCodec } from "../values/codec.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { JournalRecord } from "./journal-record.ts";
import { inPlace, recordText } from "./record-text.ts";

const values = createCodec();
const value = fc.jsonValue({ maxDepth: 2 }).map((json) => values.encode(json, "value").encoded);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const write = fc.oneof(
  fc.tuple(fc.string(), fc.constant("s"), fc.oneof(value, fc.integer())),
  fc.tuple(fc.string(), fc.constant("a"), fc.double({ noDefaultInfinity: true, noNaN: true })),
  fc.tuple(fc.string(), fc.constant("d")),
);
const seq = fc.integer({ min: 1 });
const at = fc.oneof(fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }));
const record = fc.oneof(
  fc.record({ k: fc.constant("started"), at, a: fc.string(), p: maybe(seq), i: maybe(value), root: maybe(fc.constant(1)), given: maybe(fc.array(fc.tuple(seq, fc.string()))) }),
  fc.record({ k: fc.constant("completed"), at, c: seq, v: maybe(value), vb: maybe(fc.array(seq)), ver: maybe(fc.constant(null)), w: maybe(fc.array(write)) }),
  fc.record({ k: fc.constant("failed"), at, c: seq, e: fc.record({ name: fc.string(), message: fc.string(), data: maybe(fc.jsonValue()) }) }),
  fc.record({ k: fc.constant("run"), at, v: fc.constant(1), id: fc.string(), meta: maybe(value), root: maybe(fc.record({ a: fc.string(), i: maybe(value) })), pins: maybe(fc.array(fc.tuple(fc.string(), value))) }),
  fc.record({ k: fc.constant("checkpoint"), at, status: fc.constant("paused"), meta: maybe(value), reuse: maybe(fc.record({ reused: seq })) }),
  fc.record({ k: fc.constant("message"), at, msg: fc.string(), to: fc.string(), v: maybe(value) }),
);

/** The record with trees in the places of its values: what its text is to be the JSON of. */
function withTrees(part: unknown): unknown {
  if (typeof part !== "object" || part === null) return part;
  if ("tree" in part && "canonical" in part) return (part as EncodedValue).tree;
  if (Array.isArray(part)) return part.map(withTrees);
  return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, key === "e" ? each : withTrees(each)]));
}

test("S6: the text of a record is the JSON of its fields, in their order, with the trees of its values", () => {
  fc.assert(
    fc.property(record, (each) => {
      expect(recordText(each as unknown as JournalRecord, inPlace)).toBe(JSON.stringify(withTrees(each)));
    }),
    { numRuns: 500 },
  );
});
