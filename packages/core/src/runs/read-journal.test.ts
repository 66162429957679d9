import { expect, test } from "vitest";
import { Contents } from "../journal/contents.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { createRecordCodec } from "../journal/record-codec.ts";
import type { StoredRecord } from "../ports/state-backend.ts";
import { defaultSystem } from "../system.ts";
import { createCodec } from "../values/codec.ts";
import { readJournal } from "./read-journal.ts";

const codec = createRecordCodec(createCodec());
const contents = new Contents({ artifacts: undefined, sha256: defaultSystem().sha256, threshold: 1000 });

async function* stored(records: readonly JournalRecord[]): AsyncGenerator<readonly StoredRecord[]> {
  yield records.map((record, index) => ({ seq: index + 1, epoch: 1, bytes: codec.encode(record) }));
}

const cut = (...ranges: [number, number][]): JournalRecord => ({ k: "cut", at: 1, ranges, why: { position: 1 } });
const run: JournalRecord = { k: "run", at: 0, v: 1, id: "run-1" };
const write: JournalRecord = { k: "storage", at: 0, w: [] };

test("R9: cuts are read back", async () => {
  const records = [run, write, write, cut([1, 1], [3, 3]), cut([1, 4])];
  expect(await readJournal("run-1", stored(records), codec, contents)).toEqual(records);
});

test.each([
  [cut([2, 2])],
  [cut([1, 4])],
  [cut([1, 9])],
  [cut([1, 2], [2, 3])],
  [cut([1, 1], [3, 2])],
  [cut([1, 1], [2, 2], [1, 1])],
])("G10: a cut that shows what cannot be shown is CORRUPT: %#", async (record) => {
  await expect(readJournal("run-1", stored([run, write, write, record]), codec, contents)).rejects.toMatchObject({ code: "CORRUPT", stateId: "run-1" });
});
