import { sqliteSystem } from "@reprise/backend-sqlite";
import { RepriseError } from "@reprise/core/spi";
import { expect, onTestFinished, test } from "vitest";
import { storeOf } from "../src/options.ts";
import { meddle, rejectionOf, storeFile } from "./support/store-file.ts";
import { faultyDriver } from "./support/faulty-driver.ts";

// How to know that it works: of writes that are committed together each happens whole or not at all, and no other suffers for it.

const add = (name: string) => ({ action: `add ${name}`, work: (database: Parameters<Parameters<ReturnType<typeof storeOf>["write"]>[0]["work"]>[0]) => database?.run("INSERT INTO counters (name, value) VALUES (?, 1)", name) });

test("what is asked for in one turn is one commit; what one of them did before it refused is undone, and nothing else", async () => {
  const file = await storeFile();
  const executed: string[] = [];
  const store = storeOf("test", { file, driver: faultyDriver((sql) => void executed.push(sql)) });
  onTestFinished(() => store.close());
  await store.ensure("open");
  executed.length = 0;
  const order: string[] = [];
  const refusing = { ...add("b"), work: (database: Parameters<ReturnType<typeof add>["work"]>[0]) => (add("b").work(database), refuse()) };
  const outcomes = await Promise.all([
    store.write({ ...add("a"), onCommitted: () => order.push("a") }),
    rejectionOf(store.write({ ...refusing, onFailed: () => order.push("b") })),
    store.write({ ...add("c"), onCommitted: () => order.push("c") }),
  ]);
  expect(outcomes).toEqual([1, expect.objectContaining({ code: "CONFLICT" }), 1]);
  expect(order).toEqual(["a", "b", "c"]);
  expect(executed.filter((sql) => sql === "COMMIT")).toHaveLength(1);
  expect(meddle(file, (database) => database.prepare("SELECT name FROM counters ORDER BY name").all())).toEqual([{ name: "a" }, { name: "c" }]);
});

test("a write that SQLite itself refuses takes no other with it", async () => {
  const file = await storeFile();
  const store = storeOf("test", { file });
  onTestFinished(() => store.close());
  await store.ensure("open");
  await store.write(add("taken"));
  const outcomes = await Promise.all([store.write(add("a")), rejectionOf(store.write(add("taken"))), store.write(add("c"))]);
  expect(outcomes).toEqual([1, expect.objectContaining({ code: "CORRUPT", message: expect.stringContaining("cannot add taken") }), 1]);
});

test("writes of one lane that wait behind one that failed are refused with it", async () => {
  const file = await storeFile();
  const store = storeOf("test", { file });
  onTestFinished(() => store.close());
  await store.ensure("open");
  const lane = {};
  const outcomes = await Promise.all([
    rejectionOf(store.write({ action: "refuse", lane, work: refuse })),
    rejectionOf(store.write({ ...add("behind"), lane })),
    store.write(add("beside")),
  ]);
  expect(outcomes).toEqual([expect.objectContaining({ code: "CONFLICT" }), expect.objectContaining({ code: "CONFLICT" }), 1]);
  expect(meddle(file, (database) => database.prepare("SELECT name FROM counters").all())).toEqual([{ name: "beside" }]);
});

test("what needs no sync does not wait for the event loop, shares a commit with all that is ready, and lets the loop go round all the same", async () => {
  const file = await storeFile();
  let commits = 0;
  let turns = 0;
  let now = 1000;
  const real = sqliteSystem();
  const system = { ...real, monotonic: () => now, yield: (callback: () => void) => ((turns += 1), real.yield(callback)) };
  const store = storeOf("test", { file, system, driver: faultyDriver((sql) => void (commits += sql === "COMMIT" ? 1 : 0)) });
  onTestFinished(() => store.close());
  await store.ensure("open");
  const write = (name: string, level: "FULL" | "NORMAL" = "NORMAL") => store.write({ ...add(name), level });
  await write("first");
  [commits, turns] = [0, 0];
  // Later and later in what is ready to run.
  const late = async (depth: number): Promise<unknown> => {
    for (let hop = 0; hop < depth; hop += 1) await Promise.resolve();
    return write(`late ${depth}`);
  };
  await Promise.all(Array.from({ length: 20 }, (_, depth) => late(depth)));
  expect([commits, turns]).toEqual([1, 0]);
  for (let step = 0; step < 10; step += 1) await write(`step ${step}`);
  expect([commits, turns]).toEqual([11, 0]);
  await write("synced", "FULL");
  expect([commits, turns]).toEqual([12, 1]);
  now += 5;
  await write("after a while");
  await write("soon after");
  expect([commits, turns]).toEqual([14, 2]);
});

test("a writer of process durability is idle only when what it was given is written", async () => {
  const file = await storeFile();
  const store = storeOf("test", { file, durability: "process" });
  await store.ensure("open");
  const order: string[] = [];
  const written = store.write({ ...add("a"), onCommitted: () => order.push("written") });
  await store.idle().then(() => order.push("idle"));
  await store.close();
  expect(await written).toBe(1);
  expect(order).toEqual(["written", "idle"]);
});

function refuse(): never {
  throw new RepriseError("CONFLICT", "refused");
}
