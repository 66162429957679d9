import { sqliteBackend } from "@reprise/backend-sqlite";
import { expect, test } from "vitest";
import { faultyDriver, sqliteError } from "./support/faulty-driver.ts";
import { closedAtTheEnd, hold, rejectionOf, storeFile, textsOf } from "./support/store-file.ts";

// SQLITE_IOERR_FSYNC, SQLITE_FULL
const ioerr = 10 | (4 << 8);
const full = 13;

test.each([
  ["did not happen", false],
  ["had happened", true],
])("G8, H6: a commit that failed uncertainly, and %s, ends every writer of the handle; only a new acquire goes on", async (_, happened) => {
  const file = await storeFile();
  let armed = false;
  const checkpoints: string[] = [];
  const driver = faultyDriver((sql, connection) => {
    if (!armed || sql !== "COMMIT") return;
    armed = false;
    if (happened) connection.exec(sql);
    throw sqliteError(ioerr);
  });
  const watched = {
    open(path: string) {
      const connection = driver.open(path);
      return { ...connection, prepare: (sql: string) => (sql.includes("wal_checkpoint") && checkpoints.push(sql), connection.prepare(sql)) };
    },
  };
  const backend = closedAtTheEnd(sqliteBackend({ file, driver: watched }));
  const writer = await hold(backend);
  const other = await hold(backend, "run-2");
  await writer.append([Buffer.from("a")], { expect: 0 });
  armed = true;
  const pending = rejectionOf(writer.append([Buffer.from("b")], { expect: 1 }));
  expect(await pending).toMatchObject({ code: "POISONED", retry: "reacquire", indeterminate: true, stateId: "run-1" });
  expect(writer.lastSeq).toBe(1);
  for (const each of [writer, other]) {
    expect(each.signal.reason).toMatchObject({ code: "POISONED" });
    expect(await rejectionOf(each.append([Buffer.from("c")], { expect: each.lastSeq }))).toMatchObject({ code: "POISONED", indeterminate: false });
    await each.release();
  }
  const next = await hold(backend);
  // What the log holds was written into the file before it was shown to anyone.
  expect(checkpoints).toEqual(["PRAGMA wal_checkpoint(FULL)"]);
  expect(await textsOf(backend)).toEqual(happened ? ["a", "b"] : ["a"]);
  expect(next.lastSeq).toBe(happened ? 2 : 1);
  await next.append([Buffer.from("d")], { expect: next.lastSeq });
});

test("G3: a full file ends the writers that wanted more, for certain, loses nothing acknowledged, and the run goes on when there is room", async () => {
  const file = await storeFile();
  const driver = faultyDriver(() => undefined, (connection) => void connection.prepare("PRAGMA max_page_count = 60").get());
  const backend = sqliteBackend({ file, driver });
  const writer = await hold(backend);
  const modest = await hold(backend, "run-2");
  let acknowledged = 0;
  let error: unknown;
  while (error === undefined) {
    const big = writer.append([new Uint8Array(20_000).fill(7)], { expect: acknowledged });
    const small = modest.append([Buffer.from("small")], { expect: modest.lastSeq });
    error = await big.then(() => undefined, (failure: unknown) => failure);
    // Committed together, but one that finds no room takes no other with it.
    await small;
    if (error === undefined) acknowledged += 1;
  }
  expect(error).toMatchObject({ code: "NO_SPACE", retry: "reacquire", indeterminate: false, stateId: "run-1" });
  expect(acknowledged).toBeGreaterThan(0);
  expect(writer.signal.reason).toMatchObject({ code: "NO_SPACE" });
  expect(modest.signal.aborted).toBe(false);
  expect(modest.lastSeq).toBe(acknowledged + 1);
  await backend.close();

  const roomy = closedAtTheEnd(sqliteBackend({ file }));
  const next = await hold(roomy);
  expect(next.lastSeq).toBe(acknowledged);
  await next.append([new Uint8Array(20_000).fill(8)], { expect: acknowledged });
  expect(await textsOf(roomy)).toHaveLength(acknowledged + 1);
  expect(await roomy.verify!("run-1")).toEqual([]);
});

test("NO_SPACE: a disk that is full in the commit itself ends the writer, and nothing was written", async () => {
  const file = await storeFile();
  let armed = false;
  const driver = faultyDriver((sql) => {
    if (armed && sql === "COMMIT") throw sqliteError(full);
  });
  const backend = closedAtTheEnd(sqliteBackend({ file, driver }));
  const writer = await hold(backend);
  armed = true;
  const refused = [1, 2].map((seq) => rejectionOf(writer.append([Buffer.from("x")], { expect: seq - 1 })));
  expect(await refused[0]).toMatchObject({ code: "NO_SPACE", indeterminate: false });
  expect(await refused[1]).toMatchObject({ code: "NO_SPACE", indeterminate: false });
  armed = false;
  expect(await textsOf(backend)).toEqual([]);
  await writer.release();
  expect((await hold(backend)).lastSeq).toBe(0);
});

test("LEASE_LOST: a holder that could not beat for the time to live stops, for others may think that it is gone", async () => {
  const file = await storeFile();
  let now = 0;
  const timers: (() => void)[] = [];
  const { sqliteSystem } = await import("@reprise/backend-sqlite");
  const system = { ...sqliteSystem(), monotonic: () => now, setTimer: (_: number, callback: () => void) => (timers.push(callback), () => undefined) };
  let broken = false;
  const driver = faultyDriver((sql) => {
    if (broken && sql === "BEGIN IMMEDIATE") throw sqliteError(10);
  });
  const backend = sqliteBackend({ file, driver, system, ttlMs: 30_000 });
  const writer = await hold(backend);
  const beat = async (): Promise<void> => {
    now += 10_000;
    timers.pop()?.();
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const before = await beatOf(file);
  await beat();
  expect(await beatOf(file)).toBe(before + 1);
  broken = true;
  await beat();
  await beat();
  expect(writer.signal.aborted).toBe(false);
  await beat();
  expect(writer.signal.reason).toMatchObject({ code: "LEASE_LOST", retry: "reacquire" });
  broken = false;
  expect(await rejectionOf(writer.append([Buffer.from("a")], { expect: 0 }))).toMatchObject({ code: "LEASE_LOST", indeterminate: false });
  await writer.release();
  expect((await hold(backend)).epoch).toBe(2);
  await backend.close();
});

async function beatOf(file: string): Promise<number> {
  const { meddle } = await import("./support/store-file.ts");
  return meddle(file, (database) => database.prepare("SELECT beat FROM leases").get()?.["beat"] as number);
}
