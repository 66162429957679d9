import { expect, test } from "vitest";
import type { JournalRecord } from "../journal/journal-record.ts";
import { keptRanges } from "./kept-ranges.ts";

// How to know that it works: packages/testing compacts real runs. Here is what no real run is: damaged, or rewound all day.

const run: JournalRecord = { k: "run", at: 1, v: 1, id: "run-1" };
const cut = (position: number): JournalRecord => ({ k: "cut", at: 1, ranges: [[1, 1]], why: { position } });

test.each([2, 3, 1_800_000_000_000])("S8: a cut back to record %i, which is not before it, is damage: nothing is taken away for its sake", (position) => {
  expect(() => keptRanges([run, cut(position)], { checkpoints: 1, timelines: [] })).toThrow(
    expect.objectContaining({ code: "CORRUPT", message: `record 2 cuts the run back to record ${position}, which is not before it` }),
  );
});

test("S8: a run may have been rewound any number of times, each time from where the last rewind had led", () => {
  const records = [run, ...Array.from({ length: 20_000 }, (_, index) => cut(index + 1))];
  expect(keptRanges(records, { checkpoints: 1, timelines: [] })).toEqual([[1, 20_001]]);
});
