import { copyFile, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { nodeSqlite, sqliteBackend } from "@reprise/backend-sqlite";
import type { StoredRecord } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { openDatabase } from "../src/open-database.ts";
import { migrations, type Migration } from "../src/schema.ts";
import { closedAtTheEnd, hold, meddle, rejectionOf, storeFile } from "./support/store-file.ts";

// How to know that it works: a store written by format 1, kept as a file that nobody writes any more, is read whole and extended by
// whatever is newest; a step to a newer format happens whole or not at all, once, and older versions refuse what is newer.

const golden = fileURLToPath(new URL("golden/version-1.db", import.meta.url));

async function goldenCopy(): Promise<string> {
  const file = await storeFile();
  await copyFile(golden, file);
  return file;
}

test("S6: a store of format 1 is read whole, and goes on", async () => {
  const file = await goldenCopy();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const found: StoredRecord[] = [];
  for await (const batch of backend.read("run-1")) found.push(...batch);
  expect(found.map(({ seq, epoch, bytes }) => [seq, epoch, Buffer.from(bytes).toString("latin1")])).toEqual([
    [1, 1, '{"k":"run"}'],
    [2, 1, "second"],
    [3, 1, ""],
    [4, 1, Buffer.from(Uint8Array.from({ length: 256 }, (_, value) => value)).toString("latin1")],
    [5, 2, "of the second epoch"],
  ]);
  const run = { stateId: "run-1", status: "awaiting", createdAt: 1000, updatedAt: 2000, tags: ["golden", "übung"], pipelineName: "essay", wakeAt: 9000, lastSeq: 5, epoch: 2, lease: "none" };
  const child = { stateId: "run/子", status: "completed", createdAt: 1001, updatedAt: 1001, tags: [], parentStateId: "run-1", lastSeq: 1, epoch: 1, lease: "none" };
  expect((await backend.list()).rows).toEqual([child, run]);
  expect((await backend.list({ tags: ["übung"], dueBefore: 0 })).rows).toEqual([run]);
  const writer = await hold(backend);
  const messages: string[] = [];
  for await (const { id, bytes } of writer.messages()) messages.push(`${id}: ${Buffer.from(bytes).toString()}`);
  expect(messages).toEqual(["m-1: message m-1", "m-2: message m-2"]);
  expect([writer.epoch, await writer.append([Buffer.from("new")], { expect: 5 })]).toEqual([3, 6]);
  expect((await hold(backend, "run-gone")).epoch).toBe(2);
  expect(await backend.artifacts!.put(Buffer.from("an artifact"))).toMatchObject({ existed: true });
  for (const stateId of ["run-1", "run/子"]) expect(await backend.verify!(stateId)).toEqual([]);
});

const second: Migration = { version: 2, statements: ["ALTER TABLE runs ADD COLUMN colour TEXT", "CREATE INDEX runs_by_colour ON runs (colour)"] };
const openWith = (file: string, steps: readonly Migration[]) => openDatabase(file, { driver: nodeSqlite(), migrations: steps, create: false });

test("S6: a step to format 2 keeps everything, happens once, and is refused by those who know format 1 only", async () => {
  const file = await goldenCopy();
  for (const round of [1, 2]) {
    const database = openWith(file, [...migrations, second]);
    expect(database?.all("SELECT state_id, colour FROM runs ORDER BY run"), `opened ${round} times`).toEqual([
      { state_id: "run-1", colour: null },
      { state_id: "run/子", colour: null },
    ]);
    expect(database?.get("PRAGMA user_version")).toEqual({ user_version: 2 });
    database?.close();
  }
  const before = await readFile(file);
  expect(await rejectionOf(sqliteBackend({ file }).head("run-1"))).toMatchObject({ code: "INCOMPATIBLE", message: expect.stringContaining("has format 2") });
  expect((await readFile(file)).equals(before)).toBe(true);
});

test("S6: steps that fail half-way leave the store as it was", async () => {
  const file = await goldenCopy();
  const broken: Migration = { version: 3, statements: ["CREATE TABLE colours (name TEXT)", "CREATE TABLE colours (name TEXT)"] };
  expect(() => openWith(file, [...migrations, second, broken])).toThrow(/already exists/u);
  expect(meddle(file, (database) => database.prepare("PRAGMA user_version").get())).toEqual({ user_version: 1 });
  expect(await closedAtTheEnd(sqliteBackend({ file })).head("run-1")).toMatchObject({ lastSeq: 5 });
});

test("S6: steps are numbered from 1 without gaps", () => {
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
});
