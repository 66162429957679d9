import { expect, test } from "vitest";
import { emptyView } from "../history/fold.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import type { AppendOptions, StateWriter } from "../ports/state-backend.ts";
import { createCodec } from "../values/codec.ts";
import { defaultSystem } from "../system.ts";
import { Contents } from "./contents.ts";
import { Journal, type JournalSettings } from "./journal.ts";
import type { JournalRecord } from "./journal-record.ts";
import { createRecordCodec } from "./record-codec.ts";

interface Sent {
  readonly records: string[];
  readonly options: AppendOptions;
  readonly acknowledge: () => void;
  readonly refuse: (error: Error) => void;
}

/** A journal over a writer whose appends are acknowledged by hand. */
function journalByHand(durability: JournalSettings["durability"] = "power", artifacts?: ArtifactBackend) {
  const sent: Sent[] = [];
  const published: number[] = [];
  const failures: unknown[] = [];
  let released = 0;
  const text = new TextDecoder();
  const writer = {
    lastSeq: 0,
    signal: new AbortController().signal,
    append: (records: readonly Uint8Array[], options: AppendOptions) =>
      new Promise<number>((resolve, reject) => {
        sent.push({
          records: records.map((bytes) => (JSON.parse(text.decode(bytes)) as { k: string }).k),
          options,
          acknowledge: () => resolve(options.expect + records.length),
          refuse: reject,
        });
      }),
    release: async () => void (released += 1),
  } as unknown as StateWriter;
  const contents = new Contents({ artifacts, sha256, threshold: 1000 });
  const journal = new Journal(
    {
      view: emptyView(),
      codec: createRecordCodec(createCodec()),
      contents,
      durability,
      turns: { more: () => false, yield: (callback) => queueMicrotask(callback) },
      acquire: async () => writer,
      onAcknowledged: (_record, seq) => void published.push(seq),
      onFailure: (error) => void failures.push(error),
    },
    [],
    writer,
  );
  return { journal, contents, sent, published, failures, released: () => released };
}

const { sha256 } = defaultSystem();
const storage: JournalRecord = { k: "storage", at: 0, w: [] };
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test("records of one turn go to the backend in one append, as strongly as the strongest of them asks", async () => {
  const { journal, sent } = journalByHand();
  journal.append([storage], "start");
  journal.append([storage, storage], "outcome");
  await settle();
  expect(sent).toMatchObject([{ records: ["storage", "storage", "storage"], options: { expect: 0, durability: "power" } }]);
  expect(sent[0]?.options.fence).toBeUndefined();
});

test("G1: more records than one append should hold go in several, and units are never torn apart", async () => {
  const { journal, sent, published } = journalByHand();
  const unit = (length: number) => Array.from({ length }, () => storage);
  journal.append(unit(9_000), "outcome");
  journal.append(unit(1_500), "outcome");
  journal.append(unit(20_000), "outcome");
  await settle();
  expect(sent.map(({ records, options }) => [options.expect, records.length])).toEqual([[0, 9_000], [9_000, 1_500], [10_500, 20_000]]);
  for (const { acknowledge } of sent) acknowledge();
  await settle();
  expect(published).toHaveLength(30_500);
});

test("H4: a start alone is handed to the operating system only, and without the fence check", async () => {
  const { journal, sent } = journalByHand();
  journal.append([storage], "start");
  await settle();
  expect(sent[0]?.options).toEqual({ expect: 0, durability: "process", fence: false });
});

test("H4: a record that rides waits for the next append", async () => {
  const { journal, sent } = journalByHand();
  expect(journal.ride([storage])).toBe(1);
  await settle();
  expect(sent).toEqual([]);
  expect(journal.append([storage], "outcome")).toBe(2);
  await settle();
  expect(sent[0]?.records).toHaveLength(2);
});

test("R2: acknowledgements come in the order of the journal, whatever order the backend answers in", async () => {
  const { journal, sent, published } = journalByHand();
  const told: string[] = [];
  journal.append([storage], "outcome", () => told.push("first"));
  await settle();
  journal.append([storage], "start", () => told.push("second"));
  await settle();
  sent[1]?.acknowledge();
  await settle();
  expect(told).toEqual([]);
  sent[0]?.acknowledge();
  await settle();
  expect(told).toEqual(["first", "second"]);
  expect(published).toEqual([1, 2]);
});

test("H6: after a failed write nothing is acknowledged or written any more", async () => {
  const { journal, sent, failures } = journalByHand();
  const told: string[] = [];
  journal.append([storage], "outcome", () => told.push("first"));
  await settle();
  journal.append([storage], "outcome", () => told.push("second"));
  await settle();
  sent[0]?.refuse(new Error("disk"));
  sent[1]?.acknowledge();
  await settle();
  journal.append([storage], "outcome", () => told.push("third"));
  await settle();
  expect(told).toEqual([]);
  expect(sent).toHaveLength(2);
  expect(failures).toEqual([new Error("disk")]);
});

test("H4: at durability checkpoint a record counts as appended while it is buffered, until a firm append writes all", async () => {
  const { journal, sent, published } = journalByHand("checkpoint");
  const told: string[] = [];
  journal.append([storage], "outcome", () => told.push("buffered"));
  await settle();
  expect([told, published, sent]).toEqual([["buffered"], [1], []]);
  journal.append([storage], "firm", () => told.push("written"));
  await settle();
  expect(sent).toMatchObject([{ records: ["storage", "storage"], options: { expect: 0 } }]);
  expect(sent[0]?.options.durability).toBeUndefined();
  sent[0]?.acknowledge();
  await settle();
  expect([told, published]).toEqual([["buffered", "written"], [1, 2]]);
});

test("what was appended before the journal was sealed is still written, nothing after", async () => {
  const { journal, sent } = journalByHand();
  journal.append([storage], "outcome");
  journal.seal();
  journal.append([storage], "outcome");
  await settle();
  expect(sent.map(({ records }) => records.length)).toEqual([1]);
});

test("S3: a resting journal has given its lease back, and writes again with a new one", async () => {
  const { journal, sent, released } = journalByHand();
  journal.append([storage], "outcome");
  await settle();
  sent[0]?.acknowledge();
  await journal.rest();
  expect(released()).toBe(1);
});

/** An artifact backend whose puts are answered by hand, in any order. */
function artifactsByHand() {
  const puts: { readonly store: () => void; readonly refuse: (error: Error) => void }[] = [];
  const artifacts = {
    put: (bytes: Uint8Array) =>
      new Promise((resolve, reject) => {
        puts.push({ store: () => resolve({ id: sha256(bytes), size: bytes.length, existed: false }), refuse: reject });
      }),
  } as unknown as ArtifactBackend;
  return { puts, artifacts };
}

test("G12: a record that names a content waits until it is stored, and later records keep behind it", async () => {
  const { puts, artifacts } = artifactsByHand();
  const { journal, contents, sent, published } = journalByHand("power", artifacts);
  const naming = (text: string): JournalRecord => ({ k: "storage", at: 0, w: [[text, "r", { id: contents.put(new TextEncoder().encode(text)), size: 1, kind: "bytes" }]] });
  journal.append([naming("first")], "outcome");
  await settle();
  journal.append([naming("second")], "outcome");
  await settle();
  journal.append([storage], "start");
  await settle();
  puts[1]?.store();
  await settle();
  expect(sent).toEqual([]);
  puts[0]?.store();
  await settle();
  expect(sent.map(({ options }) => options.expect)).toEqual([0, 1, 2]);
  for (const { acknowledge } of sent) acknowledge();
  await settle();
  expect(published).toEqual([1, 2, 3]);
  // Nothing is pending any more: the next one goes at once.
  journal.append([storage], "start");
  await settle();
  expect(sent).toHaveLength(4);
});

test("H6: a content that cannot be stored ends the journal before the record that names it is written, and what follows with it", async () => {
  const { puts, artifacts } = artifactsByHand();
  const { journal, contents, sent, failures } = journalByHand("power", artifacts);
  const told: string[] = [];
  journal.append([{ k: "storage", at: 0, w: [["page", "r", { id: contents.put(Uint8Array.of(1)), size: 1, kind: "bytes" }]] }], "outcome", () => told.push("first"));
  await settle();
  journal.append([storage], "outcome", () => told.push("second"));
  await settle();
  puts[0]?.refuse(new Error("disk"));
  await settle();
  expect([told, sent, failures]).toEqual([[], [], [new Error("disk")]]);
});

test("H6: a content that cannot be stored harms nobody whose records do not name it", async () => {
  const { puts, artifacts } = artifactsByHand();
  const { journal, contents, sent, failures } = journalByHand("power", artifacts);
  contents.put(Uint8Array.of(1));
  puts[0]?.refuse(new Error("disk"));
  await settle();
  journal.append([storage], "outcome");
  await settle();
  expect([sent.length, failures]).toEqual([1, []]);
});

test("H6: nothing is acknowledged behind an append that failed, even if the backend acknowledges it", async () => {
  for (const durability of ["power", "checkpoint"] as const) {
    const { journal, sent, published, failures } = journalByHand(durability);
    const told: string[] = [];
    journal.append([storage], "firm", () => void told.push("first"));
    await settle();
    journal.append([storage], durability === "power" ? "outcome" : "firm", () => void told.push("second"));
    await settle();
    // Buffered at "checkpoint": told without a word of the backend.
    journal.append([storage], "outcome", () => void told.push("third"));
    await settle();
    for (const { acknowledge } of sent.slice(1)) acknowledge();
    sent[0]?.refuse(new Error("the disk is gone"));
    await settle();
    expect([told, published, failures]).toMatchObject([[], [], [{ message: "the disk is gone" }]]);
  }
});
