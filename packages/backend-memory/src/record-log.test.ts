import fc from "fast-check";
import { expect, test } from "vitest";
import { RecordLog } from "./record-log.ts";

const bytesOf = (log: RecordLog, from?: number, to?: number): number[][] => [...log.batches(from, to)].flat().map(({ bytes }) => [...bytes]);

test("G9: records of any length come back as they were given, in order, with their seq and epoch", () => {
  const record = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 15_000, max: 40_000 }).map((length) => new Uint8Array(length).fill(length % 251)));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 80 }), (records) => {
      const log = new RecordLog();
      for (const [index, bytes] of records.entries()) log.append(bytes, index);
      expect(log.length).toBe(records.length);
      expect(log.all().map(({ seq, epoch }) => [seq, epoch])).toEqual(records.map((_, index) => [index + 1, index]));
      expect(log.all().every(({ bytes }, index) => Buffer.compare(bytes, records[index] as Uint8Array) === 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("G9: changing what was given, or what came back, changes nothing", () => {
  const log = new RecordLog();
  const given = Uint8Array.of(1, 2);
  log.append(given, 1);
  log.append(Uint8Array.of(3), 1);
  given.fill(9);
  for (const { bytes } of log.all()) new Uint8Array(bytes.buffer).fill(7);
  expect(bytesOf(log)).toEqual([[1, 2], [3]]);
});

test("a part is read by its first and last seq, whatever the batches are", () => {
  const log = new RecordLog();
  for (let index = 1; index <= 600; index += 1) log.append(Uint8Array.of(index % 256), 1);
  expect(bytesOf(log, 255, 258)).toEqual([[255], [0], [1], [2]]);
  expect([...log.batches(1, 600)].flat().map(({ seq }) => seq)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  expect(bytesOf(log, 601)).toEqual([]);
});

test("G11: records that are replaced give way to the filler, and what is freed is counted", () => {
  const log = new RecordLog();
  for (const length of [10, 20_000, 3, 5]) log.append(new Uint8Array(length).fill(length % 256), length);
  expect(log.replace([[2, 3]], Uint8Array.of(0))).toBe(20_001);
  expect(bytesOf(log)).toEqual([new Array(10).fill(10), [0], [0], new Array(5).fill(5)]);
  expect(log.all().map(({ epoch }) => epoch)).toEqual([10, 20_000, 3, 5]);
});
