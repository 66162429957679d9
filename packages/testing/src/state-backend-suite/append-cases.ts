import { expect } from "vitest";
import { bytesOf, collect, hold, records, rejection, textOf, textsOf, type SuiteContext } from "./suite-context.ts";

/** What goes in comes out: G1, G6, G9 and the limits. */
export function appendCases(context: SuiteContext): void {
  wholeAppends(context);
  expectedSeqs(context);
  faithfulBytes(context);
}

function wholeAppends({ open, test }: SuiteContext): void {
  test("G3: an acknowledged record is read back with its seq, its epoch and its bytes", async () => {
    const backend = await open();
    const writer = await hold(backend);
    expect(await writer.append([bytesOf("hello")], { expect: 0 })).toBe(1);
    expect(writer.lastSeq).toBe(1);
    const [stored, ...more] = await collect(backend.read("run-1"));
    expect(stored).toMatchObject({ seq: 1, epoch: writer.epoch });
    expect(textOf(stored!.bytes)).toBe("hello");
    expect(more).toEqual([]);
  });

  test("G1: a batch of 1,000 records is stored whole, with contiguous seqs", async () => {
    const backend = await open();
    const writer = await hold(backend);
    expect(await writer.append(records(1000), { expect: 0 })).toBe(1000);
    const found = await collect(backend.read("run-1"));
    expect(found.map((record) => record.seq)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(found.map((record) => textOf(record.bytes))).toEqual(records(1000).map(textOf));
  });

  test("G1: an append without records is refused with LIMIT and changes nothing", async () => {
    const backend = await open();
    const writer = await hold(backend);
    expect(await rejection(writer.append([], { expect: 0 }))).toMatchObject({ code: "LIMIT", indeterminate: false });
    expect(await writer.append(records(1), { expect: 0 })).toBe(1);
  });
}

function expectedSeqs({ open, test }: SuiteContext): void {
  test("G6: an append that expects another last seq is a CONFLICT and writes nothing", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(2), { expect: 0 });
    for (const wrong of [0, 1, 3, -1, Number.NaN]) {
      expect(await rejection(writer.append(records(1, 9), { expect: wrong }))).toMatchObject({ code: "CONFLICT", indeterminate: false });
    }
    expect(await textsOf(backend)).toEqual(["r1", "r2"]);
    expect(await writer.append(records(1, 3), { expect: 2 })).toBe(3);
  });

  test("G6: queued records count: an append that ignores them is a CONFLICT", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const [first, wrong, second] = await Promise.all([
      writer.append(records(2), { expect: 0 }),
      rejection(writer.append(records(1, 9), { expect: 0 })),
      writer.append(records(1, 3), { expect: 2 }),
    ]);
    expect([first, second]).toEqual([2, 3]);
    expect(wrong).toMatchObject({ code: "CONFLICT" });
    expect(await textsOf(backend)).toEqual(["r1", "r2", "r3"]);
  });
}

function faithfulBytes({ open, test }: SuiteContext): void {
  test("G9: the caller may change its bytes as soon as append has returned", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const mine = [bytesOf("first"), bytesOf("second")];
    const pending = writer.append(mine, { expect: 0 });
    for (const bytes of mine) bytes.fill(0);
    mine.length = 0;
    await pending;
    expect(await textsOf(backend)).toEqual(["first", "second"]);
  });

  test("G9: changing bytes that were read changes nothing stored", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(2), { expect: 0 });
    for (const record of await collect(backend.read("run-1"))) record.bytes.fill(0);
    expect(await textsOf(backend)).toEqual(["r1", "r2"]);
    await writer.release();
    const next = await hold(backend);
    for (const record of await collect(next.recovered())) record.bytes.fill(0);
    expect((await collect(next.recovered())).map((record) => textOf(record.bytes))).toEqual(["r1", "r2"]);
  });

  test("G9: any bytes survive: empty, every value, NUL, newlines, half surrogates, and what looks like the store's own format", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const all = Uint8Array.from({ length: 256 }, (_, value) => value);
    const strange = ["", "\0", "\n", "\r\n\n", "[1,2]", '"\\ud800"', "J1 E 00000001 ", "{}\nJ1 E 00000001 0000000001 ", "\u{1f600}"].map(bytesOf);
    const everything = [all, ...strange];
    await writer.append(everything, { expect: 0 });
    for (const [index, bytes] of everything.entries()) await writer.append([bytes], { expect: everything.length + index });
    // A view into a larger buffer is its own bytes only.
    await writer.append([all.subarray(10, 13)], { expect: 2 * everything.length });
    const found = (await collect(backend.read("run-1"))).map((record) => Array.from(record.bytes));
    expect(found).toEqual([...everything, ...everything, Uint8Array.of(10, 11, 12)].map((bytes) => Array.from(bytes)));
  });

  test("LIMIT: a record of maxRecordBytes is stored, one byte more is refused before anything is written", async () => {
    const backend = await open();
    const { maxRecordBytes } = backend.capabilities;
    const writer = await hold(backend);
    const error = await rejection(writer.append([bytesOf("small"), new Uint8Array(maxRecordBytes + 1)], { expect: 0 }));
    expect(error).toMatchObject({ code: "LIMIT", retry: "never", indeterminate: false });
    expect(await writer.append([new Uint8Array(maxRecordBytes).fill(7)], { expect: 0 })).toBe(1);
    const [stored] = await collect(backend.read("run-1"));
    expect(stored?.bytes.length).toBe(maxRecordBytes);
    expect(stored?.bytes.every((value) => value === 7)).toBe(true);
  });
}
