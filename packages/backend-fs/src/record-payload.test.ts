import { expect, test } from "vitest";
import fc from "fast-check";
import { finishFrame, frameOf, FrameReader, headerLength, makeFrame } from "./frame.ts";
import { framedRecords, recordsIn } from "./record-payload.ts";

test("G9: any records come back from a frame as they were", () => {
  const records = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(records, fc.nat(0xffffffff), (given, seed) => {
      const { kind, frame } = framedRecords(given);
      finishFrame(frame, { kind, epoch: 7, firstSeq: 42, count: given.length, synced: 99, previous: 0xfb6778a0 }, seed);
      const reader = new FrameReader(frame, seed);
      const found = reader.headerAt(0)!;
      expect(found).toMatchObject({ kind, epoch: 7, firstSeq: 42, count: given.length, synced: 99, previous: 0xfb6778a0, end: frame.length });
      expect(reader.isIntact(found)).toBe(true);
      expect(recordsIn(frame, frameOf(found))?.map((bytes) => [...bytes])).toEqual(given.map((bytes) => [...bytes]));
    }),
  );
});

test("a frame is one line that cut and jq can read", () => {
  const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const one = framedRecords([text({ a: 1 })]);
  const two = framedRecords([text({ a: 1 }), text({ b: [2] })]);
  finishFrame(one.frame, { kind: one.kind, epoch: 1, firstSeq: 1, count: 1, synced: 0, previous: 0 }, 0);
  expect(one.frame.toString("latin1")).toMatch(/^J1 E 00000001 0000000001 0001 0000000000 00000000 0000007 [0-9a-f]{4} [0-9a-f]{8} \{"a":1\}\n$/);
  expect(two.frame.toString("latin1", headerLength)).toBe('[7,9]{"a":1}{"b":[2]}\n');
});

test.each(["[1,1]ab", "[2,2]abcd"])("records whose lengths add up are given: %s", (payload) => {
  expect(recordsIn(...groupFrame(payload))).toHaveLength(2);
});

test.each(["[1,1]abc", "[1,1]a", "[2]ab", "[1,1,0]ab", "[1,-1]ab", "[1, 1]ab", "[1,1", "1,1]ab", "[]", "[01e1,1]ab"])("G10: records whose lengths do not add up are none: %s", (payload) => {
  expect(recordsIn(...groupFrame(payload))).toBeUndefined();
});

function groupFrame(payload: string): Parameters<typeof recordsIn> {
  const { bytes } = makeFrame({ kind: "B", epoch: 1, firstSeq: 1, count: 2, synced: 0, previous: 0 }, Buffer.from(payload), 0);
  const header = new FrameReader(bytes, 0).headerAt(0);
  if (header === undefined) throw new Error("the frame is none");
  return [bytes, frameOf(header)];
}
