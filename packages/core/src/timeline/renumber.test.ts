import { expect, test } from "vitest";
import type { JournalRecord } from "../journal/journal-record.ts";
import { recordSchemas } from "../journal/records.ts";
import { copyOf, renumber } from "./renumber.ts";

const seqs = new Map([1, 3, 4, 6, 7, 9].map((seq, index) => [seq, index + 1]));
const error = { name: "Error", message: "no" };

/** One record of every kind, with every field that names a record, and what becomes of it. */
const table: readonly (readonly [JournalRecord, JournalRecord])[] = [
  [{ k: "run", at: 1, v: 1, id: "run-1" }, { k: "run", at: 1, v: 1, id: "run-1" }],
  [{ k: "session", at: 1, lib: "0" }, { k: "session", at: 1, lib: "0" }],
  [{ k: "storage", at: 1, w: [] }, { k: "storage", at: 1, w: [] }],
  [{ k: "now", at: 1, p: 3 }, { k: "now", at: 1, p: 2 }],
  [{ k: "now", at: 1 }, { k: "now", at: 1 }],
  [{ k: "started", at: 1, a: "a::tool_call", p: 3, c: 4 }, { k: "started", at: 1, a: "a::tool_call", p: 2, c: 3 }],
  [{ k: "started", at: 1, a: "a#2::tool_call", given: [[3, "x"], [6, "y"]] }, { k: "started", at: 1, a: "a#2::tool_call", given: [[2, "x"], [4, "y"]] }],
  [{ k: "started", at: 1, a: "a::tool_call" }, { k: "started", at: 1, a: "a::tool_call" }],
  [{ k: "restarted", at: 1, c: 4, n: 2 }, { k: "restarted", at: 1, c: 3, n: 2 }],
  [{ k: "expired", at: 1, c: 4, option: "timeoutMs", limit: 5 }, { k: "expired", at: 1, c: 3, option: "timeoutMs", limit: 5 }],
  [{ k: "retrying", at: 1, c: 4, due: 9, delay: 9 }, { k: "retrying", at: 1, c: 3, due: 9, delay: 9 }],
  [{ k: "awaiting", at: 1, c: 4, due: 9 }, { k: "awaiting", at: 1, c: 3, due: 9 }],
  [{ k: "rejected", at: 1, c: 4, msg: "m", why: "" }, { k: "rejected", at: 1, c: 3, msg: "m", why: "" }],
  [{ k: "message", at: 1, msg: "m", to: "approval" }, { k: "message", at: 1, msg: "m", to: "approval" }],
  [{ k: "sealed", at: 1 }, { k: "sealed", at: 1 }],
  [{ k: "received", at: 1 }, { k: "received", at: 1 }],
  [{ k: "gone", at: 1 }, { k: "gone", at: 1 }],
  [{ k: "cancelled", at: 1, c: 4, why: "" }, { k: "cancelled", at: 1, c: 3, why: "" }],
  [{ k: "interrupted", at: 1, c: 4, why: "" }, { k: "interrupted", at: 1, c: 3, why: "" }],
  [{ k: "interruption", at: 1, reason: "timeout" }, { k: "interruption", at: 1, reason: "timeout" }],
  [{ k: "completed", at: 1, c: 3, vc: 4 }, { k: "completed", at: 1, c: 2, vc: 3 }],
  [{ k: "completed", at: 1, c: 3, vb: [4, 6] }, { k: "completed", at: 1, c: 2, vb: [3, 4] }],
  [{ k: "failed", at: 1, c: 3, e: error, through: [4], b: [null, 6] }, { k: "failed", at: 1, c: 2, e: error, through: [3], b: [null, 4] }],
  [{ k: "checkpoint", at: 1, status: "failed", through: [3] }, { k: "checkpoint", at: 1, status: "failed", through: [2] }],
  [{ k: "checkpoint", at: 1, status: "paused" }, { k: "checkpoint", at: 1, status: "paused" }],
  [
    { k: "cut", at: 1, ranges: [[1, 1], [3, 5], [7, 7]], anew: [4, 5], why: { position: 8, checkpoint: 5 } },
    { k: "cut", at: 1, ranges: [[1, 3], [5, 5]], anew: [3], why: { position: 5, checkpoint: 3 } },
  ],
];

test.each(table)("R10: every field that names a record is given its new seq: %#", (record, expected) => {
  const before = structuredClone(record);
  expect(renumber(record, seqs)).toEqual(expected);
  expect(record).toEqual(before);
});

test("R10: there is a line for every kind of record", () => {
  expect(new Set(table.map(([record]) => record.k))).toEqual(new Set(Object.keys(recordSchemas)));
});

test("R10: a record that names one that is gone is refused, not guessed", () => {
  expect(() => renumber({ k: "completed", at: 1, c: 5 }, seqs)).toThrow(expect.objectContaining({ code: "CORRUPT" }));
});

test("R10: a copy holds the visible records under seqs of its own", () => {
  const records: JournalRecord[] = [
    { k: "run", at: 0, v: 1, id: "run-1" },
    { k: "started", at: 1, a: "gone::tool_call" },
    { k: "started", at: 2, a: "a::tool_call" },
    { k: "completed", at: 3, c: 3 },
  ];
  expect(copyOf(records, [[1, 1], [3, Infinity]]).records).toEqual([records[0], { k: "started", at: 2, a: "a::tool_call" }, { k: "completed", at: 3, c: 2 }]);
});

test("G10, S8: where a cut says that it was is looked for among the records there are, however far off it says", () => {
  const cut = (position: number): JournalRecord => ({ k: "cut", at: 1, ranges: [[1, 1]], why: { position } });
  expect([Number.MAX_SAFE_INTEGER, 8, 2, 0].map((position) => renumber(cut(position), seqs))).toMatchObject([6, 5, 1, 1].map((position) => ({ why: { position } })));
});
