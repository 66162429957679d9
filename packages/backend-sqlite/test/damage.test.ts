import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteBackend } from "@reprise/backend-sqlite";
import { isRepriseError, type StateBackend } from "@reprise/core/spi";
import { beforeAll, expect, test } from "vitest";
import { checksumOfRecord } from "../src/checksums.ts";
import { endSeq } from "../src/journal-end.ts";
import { hold, meddle, rejectionOf, storeFile, textsOf } from "./support/store-file.ts";

// How to know that it works: whatever is changed in the file, nobody is ever given other bytes than were stored, and nobody is told
// that there is nothing; either it does not matter, or it is CORRUPT. verify finds what acquire or read would refuse.

const texts = Array.from({ length: 40 }, (_, index) => `record ${index + 1} ${"x".repeat(index * 7)}`);
const header = { createdAt: 5, updatedAt: 6, pipelineName: "p", parentStateId: "run-0", wakeAt: 7, tags: ["a", "b"] };
let intact: Buffer;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), "reprise-sqlite-"));
  const file = join(dir, "runs.db");
  const backend = sqliteBackend({ file });
  for (const stateId of ["run-1", "run-2"]) {
    const writer = await hold(backend, stateId);
    await writer.append(texts.map((text) => Buffer.from(`${stateId} ${text}`)), { expect: 0, header });
    await backend.post(stateId, "m", Buffer.from("a message"));
    await writer.release();
  }
  await backend.close();
  intact = await readFile(file);
  await rm(dir, { recursive: true });
});

async function damagedStore(change: (file: string) => void | Promise<void>): Promise<{ readonly file: string; readonly backend: StateBackend }> {
  const file = await storeFile();
  await writeFile(file, intact);
  await change(file);
  return { file, backend: sqliteBackend({ file }) };
}

const expected = (stateId: string): string[] => texts.map((text) => `${stateId} ${text}`);

test.each([
  ["a byte of a record", "UPDATE records SET bytes = CAST(replace(CAST(bytes AS TEXT), 'record 7', 'record 8') AS BLOB) WHERE place = (1 << 32) + 7", /record 7 of run run-1 is damaged/u],
  ["the epoch of a record", "UPDATE records SET epoch = 9 WHERE place = (1 << 32) + 7", /record 7 of run run-1 is damaged/u],
  ["a record that is gone", "DELETE FROM records WHERE place = (1 << 32) + 7", /record 7 of run run-1 is missing/u],
  ["two records that changed places", "UPDATE records SET place = -1 WHERE place = (1 << 32) + 7; UPDATE records SET place = (1 << 32) + 7 WHERE place = (1 << 32) + 8; UPDATE records SET place = (1 << 32) + 8 WHERE place = -1", /record 7 of run run-1 is damaged/u],
  ["a record of another run", "DELETE FROM records WHERE place = (1 << 32) + 7; UPDATE records SET place = (1 << 32) + 7 WHERE place = (2 << 32) + 7", /record 7 of run run-1 is damaged/u],
])("G10: %s is CORRUPT with its place, and what comes before it can be salvaged", async (_, sql, message) => {
  const { file, backend } = await damagedStore((path) => meddle(path, (database) => database.exec(sql)));
  const refusal = { code: "CORRUPT", retry: "never", path: file, stateId: "run-1", message: expect.stringMatching(message) };
  expect(await rejectionOf(textsOf(backend))).toMatchObject(refusal);
  const writer = await hold(backend);
  const recover = async (): Promise<void> => {
    for await (const batch of writer.recovered()) expect(batch.length).toBeLessThan(7);
  };
  expect(await rejectionOf(recover())).toMatchObject(refusal);
  expect((await backend.verify!("run-1"))[0]).toMatchObject(refusal);
  const salvaged: string[] = [];
  for await (const batch of backend.salvage!("run-1")) salvaged.push(...batch.map(({ bytes }) => Buffer.from(bytes).toString()));
  expect(salvaged).toEqual(expected("run-1").slice(0, 6));
  await backend.close();
});

test.each([
  ["its last record is gone", "DELETE FROM records WHERE place = (1 << 32) + 40", "acquire"],
  ["its last record and the end of its journal are gone", "DELETE FROM records WHERE place >= (1 << 32) + 40 AND place < (2 << 32)", "head"],
  ["the end of its journal", "UPDATE records SET bytes = CAST('39' AS BLOB) WHERE place = (2 << 32) - 1", "head"],
  ["the end of its journal is gone", "DELETE FROM records WHERE place = (2 << 32) - 1", "head"],
  ["the end of its journal is that of another", "UPDATE records SET (checksum, bytes) = (SELECT checksum, bytes FROM records WHERE place = (3 << 32) - 1) WHERE place = (2 << 32) - 1", "head"],
  ["its row", "UPDATE runs SET last_seq = 39 WHERE run = 1", "head"],
  ["its epoch", "UPDATE runs SET epoch = 7 WHERE run = 1", "head"],
  ["its header", "UPDATE runs SET status = 'failed' WHERE run = 1", "head"],
  ["its row is gone", "DELETE FROM runs WHERE run = 1", "head"],
  ["its entry in the table of ids", "UPDATE ids SET epoch = 7 WHERE state_id = 'run-1'", "head"],
  ["its entry in the table of ids is gone", "DELETE FROM ids WHERE state_id = 'run-1'", "head"],
])("G10: a run is CORRUPT if %s was damaged; its neighbours are not, and it can be removed", async (_, sql, first) => {
  const { backend } = await damagedStore((path) => meddle(path, (database) => database.exec(sql)));
  expect(await rejectionOf(hold(backend))).toMatchObject({ code: "CORRUPT", stateId: "run-1" });
  if (first === "head") expect(await rejectionOf(backend.head("run-1"))).toMatchObject({ code: "CORRUPT" });
  expect((await backend.verify!("run-1")).map(({ code }) => code)).toContain("CORRUPT");
  expect(await backend.verify!("run-2")).toEqual([]);
  expect(await textsOf(backend, "run-2")).toEqual(expected("run-2"));
  expect((await backend.list()).rows.map(({ stateId }) => stateId)).toContain("run-2");
  await backend.remove("run-1", { force: true });
  expect((await hold(backend, "run-1", { create: "must" })).epoch).toBeGreaterThan(1);
  await backend.close();
});

test("G10: a journal whose last pages are older than the row of its run is CORRUPT, although they agree with each other", async () => {
  const file = await storeFile();
  const backend = sqliteBackend({ file });
  const writer = await hold(backend);
  await writer.append([Buffer.from("a")], { expect: 0 });
  const end = meddle(file, (database) => database.prepare("SELECT checksum, bytes FROM records WHERE place = (2 << 32) - 1").get()!);
  await writer.append([Buffer.from("b")], { expect: 1 });
  await writer.release();
  meddle(file, (database) => {
    database.exec("DELETE FROM records WHERE place = (1 << 32) + 2");
    database.prepare("UPDATE records SET checksum = ?, bytes = ? WHERE place = (2 << 32) - 1").run(end["checksum"]!, end["bytes"]!);
  });
  const refusal = { code: "CORRUPT", message: expect.stringMatching(/ends with record 1 of epoch 1, but its row knows record 2/u) };
  expect(await rejectionOf(hold(backend))).toMatchObject(refusal);
  expect(await rejectionOf(textsOf(backend))).toMatchObject(refusal);
  expect(await backend.verify!("run-1")).toMatchObject([refusal]);
  await backend.close();
});

test("G5, G10: the memory of the epochs of a removed run is CORRUPT if it was damaged: an epoch might be used again", async () => {
  const { backend } = await damagedStore(async (path) => {
    const before = sqliteBackend({ file: path });
    await before.remove("run-1", { force: true });
    await before.close();
    meddle(path, (database) => database.exec("UPDATE ids SET epoch = 0 WHERE state_id = 'run-1'"));
  });
  expect(await rejectionOf(hold(backend, "run-1", { create: "must" }))).toMatchObject({ code: "CORRUPT" });
  expect(await textsOf(backend, "run-2")).toEqual(expected("run-2"));
  await backend.close();
});

test("S4: list names a damaged run and shows the others", async () => {
  const { backend } = await damagedStore((path) => meddle(path, (database) => database.exec("UPDATE runs SET updated_at = 7 WHERE run = 1")));
  const page = await backend.list({ tags: ["a"] });
  expect(page.rows.map(({ stateId }) => stateId)).toEqual(["run-2"]);
  expect(page.damaged).toMatchObject([{ stateId: "run-1", error: { code: "CORRUPT" } }]);
  await backend.close();
});

test("G10: a damaged message is CORRUPT; verify finds it, and entries that list relies on", async () => {
  for (const [sql, message] of [
    ["UPDATE messages SET bytes = x'00' WHERE run = 1", /message 1 of run run-1 is damaged/u],
    ["DELETE FROM tags WHERE run = 1 AND tag = 'a'", /is not what tags says/u],
  ] as const) {
    const { backend } = await damagedStore((path) => meddle(path, (database) => database.exec(sql)));
    expect(await backend.verify!("run-1")).toMatchObject([{ code: "CORRUPT", message: expect.stringMatching(message) }]);
    if (sql.includes("messages")) {
      const writer = await hold(backend);
      expect(await rejectionOf(writer.messages()[Symbol.asyncIterator]().next())).toMatchObject({ code: "CORRUPT" });
    }
    await backend.close();
  }
});

test("S10: records that are missing one after the other are one finding, however far a damaged number says they go", async () => {
  const away = "DELETE FROM records WHERE place BETWEEN (1 << 32) + 7 AND (1 << 32) + 9; DELETE FROM records WHERE place = (1 << 32) + 20";
  const far = "UPDATE runs SET epoch = 7 WHERE run = 1; UPDATE records SET place = (1 << 32) + 4000000000 WHERE place = (1 << 32) + 40";
  const { backend } = await damagedStore((path) => meddle(path, (database) => database.exec(`${away}; ${far}`)));
  expect((await backend.verify!("run-1")).map(({ message }) => message.replace(/^.*?: /u, ""))).toEqual([
    "the row of run run-1 (number 1) is damaged",
    "run run-1 lacks its records 7 to 9",
    "record 20 of run run-1 is missing",
    "run run-1 lacks its records 40 to 3999999999",
    "record 4000000000 of run run-1 is damaged",
  ]);
  await backend.close();
});

test("S10: a journal that ends, by an end that can be believed, far behind its last record lacks what would be between", async () => {
  const { backend } = await damagedStore((path) =>
    meddle(path, (database) => {
      const checksum = checksumOfRecord(1, endSeq, 1, "4000000000");
      database.prepare("UPDATE records SET checksum = ?, bytes = CAST('4000000000' AS BLOB) WHERE place = (2 << 32) - 1").run(checksum);
    }),
  );
  expect(await backend.verify!("run-1")).toMatchObject([{ code: "CORRUPT", message: expect.stringMatching(/run run-1 lacks its records 41 to 4000000000$/u) }]);
  expect(await rejectionOf(textsOf(backend))).toMatchObject({ code: "CORRUPT" });
  await backend.close();
});

test("S10: what nobody damaged has no finding, and of a run that does not exist nothing is said", async () => {
  const { backend } = await damagedStore(() => undefined);
  expect(await backend.verify!("run-1")).toEqual([]);
  expect(await rejectionOf(backend.verify!("run-9"))).toMatchObject({ code: "NOT_FOUND" });
  expect(await rejectionOf(backend.salvage!("run-9")[Symbol.asyncIterator]().next())).toMatchObject({ code: "NOT_FOUND" });
  await backend.close();
});

test("G9, G10: whatever bit of the file is flipped, what was stored is given or CORRUPT", { timeout: 120_000 }, async () => {
  const file = await storeFile();
  let loud = 0;
  let flips = 0;
  // Bits spread over all pages: every page is hit, and no two at the same place in one.
  for (let at = 100; at < intact.length; at += 149) {
    const copy = Buffer.from(intact);
    copy[at] = copy[at]! ^ (1 << at % 8);
    await writeFile(file, copy);
    const backend = sqliteBackend({ file });
    const outcomes = await Promise.all([outcomeOf(textsOf(backend, "run-1")), outcomeOf(backend.head("run-1").then((head) => head?.lastSeq)), outcomeOf(textsOf(backend, "run-2"))]);
    await backend.close();
    for (const [index, right] of [expected("run-1"), texts.length, expected("run-2")].entries()) {
      if (outcomes[index] !== "CORRUPT") expect(outcomes[index], `bit ${at % 8} of byte ${at}`).toEqual(right);
      else loud += 1;
    }
    flips += 1;
  }
  expect(flips).toBeGreaterThan(300);
  expect(loud).toBeGreaterThan(20);
});

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return isRepriseError(error) ? error.code : error;
  }
}

test("G10: a file whose first bytes are damaged is refused and not taken for an empty one", async () => {
  for (const at of [0, 15, 18, 24, 60, 71]) {
    const { backend, file } = await damagedStore(async (path) => {
      const copy = Buffer.from(intact);
      copy[at] = copy[at]! ^ 0xff;
      await writeFile(path, copy);
    });
    const before = await readFile(file);
    const head = await outcomeOf(backend.head("run-1").then((found) => found?.lastSeq));
    expect([40, "CORRUPT", "INVALID_OPTION", "INCOMPATIBLE", "IO", "READ_ONLY", "UNSUPPORTED"], `byte ${at}: ${String(head)}`).toContain(head);
    await backend.close();
    if (head !== 40) expect((await readFile(file)).equals(before)).toBe(true);
  }
});
