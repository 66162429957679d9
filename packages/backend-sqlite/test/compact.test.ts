import { sqliteBackend } from "@reprise/backend-sqlite";
import { expect, test } from "vitest";
import { faultyDriver, sqliteError } from "./support/faulty-driver.ts";
import { closedAtTheEnd, hold, rejectionOf, storeFile, textsOf } from "./support/store-file.ts";

// How to know that it works: what is read before, beside and after a compaction is one journal or the other, whole.

const texts = Array.from({ length: 700 }, (_, index) => `record ${index + 1}`);
const compacted = texts.map((text, index) => (index >= 1 && index < 690 ? "-" : text));
const records = texts.map((text) => Buffer.from(text));

test("G11: the records of the ranges are replaced, every other one is where it was, and the writer goes on", async () => {
  const backend = closedAtTheEnd(sqliteBackend({ file: await storeFile() }));
  const writer = await hold(backend);
  const pending = writer.append(records, { expect: 0 });
  const { bytes } = await writer.compact!([[2, 3], [5, 690]], Buffer.from("-"));
  expect(await pending).toBe(700);
  const expected = texts.map((text, index) => (index === 3 ? text : compacted[index]));
  expect(bytes).toBe(texts.join("").length - expected.join("").length);
  expect(await textsOf(backend)).toEqual(expected);
  expect(await writer.append([Buffer.from("next")], { expect: 700 })).toBe(701);
  expect(await backend.verify!("run-1")).toEqual([]);
});

test("G11: whoever is reading sees the journal as it was when the reading began, whole", async () => {
  const backend = closedAtTheEnd(sqliteBackend({ file: await storeFile() }));
  const writer = await hold(backend);
  await writer.append(records, { expect: 0 });
  const found: string[] = [];
  for await (const batch of backend.read("run-1")) {
    if (found.length === 0) await writer.compact!([[2, 690]], Buffer.from("-"));
    found.push(...batch.map(({ bytes }) => Buffer.from(bytes).toString()));
  }
  expect(found).toEqual(texts);
  expect(await textsOf(backend)).toEqual(compacted);
});

test("G11: a compaction that fails has changed nothing", async () => {
  const file = await storeFile();
  let armed = false;
  const driver = faultyDriver((sql) => {
    if (armed && sql === "COMMIT") throw sqliteError(13);
  });
  const backend = closedAtTheEnd(sqliteBackend({ file, driver }));
  const writer = await hold(backend);
  await writer.append(records, { expect: 0 });
  armed = true;
  expect(await rejectionOf(writer.compact!([[2, 690]], Buffer.from("-")))).toMatchObject({ code: "NO_SPACE" });
  armed = false;
  expect(await textsOf(backend)).toEqual(texts);
  for (const ranges of [[[0, 1]], [[2, 1]], [[1, 2], [2, 3]], [[1, 701]], [[1.5, 2]]]) {
    expect(await rejectionOf(writer.compact!(ranges as [number, number][], Buffer.from("-")))).toMatchObject({ code: "INVALID_OPTION" });
  }
  await backend.remove("run-1", { force: true });
  expect(await rejectionOf(writer.compact!([[2, 690]], Buffer.from("-")))).toMatchObject({ code: "FENCED" });
});

test("a reader that ends early or meets a removal leaves nothing open", async () => {
  const file = await storeFile();
  let open = 0;
  const driver = faultyDriver(() => undefined);
  const counting = {
    open(path: string) {
      const connection = driver.open(path);
      open += 1;
      return { ...connection, close: () => ((open -= 1), connection.close()) };
    },
  };
  const backend = closedAtTheEnd(sqliteBackend({ file, driver: counting }));
  const writer = await hold(backend);
  await writer.append(records, { expect: 0 });
  for await (const batch of backend.read("run-1")) {
    expect(batch.length).toBeLessThan(700);
    expect(open).toBe(2);
    break;
  }
  expect(open).toBe(1);
  const found: string[] = [];
  for await (const batch of backend.read("run-1")) {
    if (found.length === 0) await backend.remove("run-1", { force: true });
    found.push(...batch.map(({ bytes }) => Buffer.from(bytes).toString()));
  }
  expect(found).toEqual(texts);
  expect(open).toBe(1);
});
