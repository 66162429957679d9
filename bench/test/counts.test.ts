import type { SqliteDriver } from "@reprise/backend-sqlite";
import { describe, expect, test } from "vitest";
import { changedCounts, readBaseline } from "./support/check-baseline.ts";
import { countFs, countFsPerCall, countFsRun } from "./support/count-fs.ts";
import { countSqlite, countSqlitePerCall } from "./support/count-sqlite.ts";
import { syncingTwice, withoutSyncs, writingInTwo } from "./support/other-io.ts";

const baseline = readBaseline();
const levels = ["power", "process"] as const;
// Syncs are counted on their way to a disk that need not do them.
const setting = { io: withoutSyncs() };

describe.each(levels)("durability %s", (durability) => {
  test("a sequential call appends and syncs on fs as often as it did, early and late in a run", async () => {
    for (const calls of [100, 1_000]) {
      const counts = await countFsPerCall({ ...setting, durability }, calls);
      expect(changedCounts(`fs ${durability}`, { ...counts }, baseline.perCall[`fs ${durability}`])).toEqual([]);
      expect(counts.looks, "looks at the directory per call").toBeLessThanOrEqual(2);
      expect(counts.bytes, "bytes stored per call").toBeLessThanOrEqual(baseline.bytesPerCall["fs"] ?? 0);
    }
  });

  test("1,000 calls at once share appends and syncs on fs", async () => {
    const counts = await countFs({ ...setting, durability }, (session) => session.fanOut?.("run", 1_000) ?? Promise.reject(new Error("no fan-out")));
    expect(changedCounts(`fan-out, fs ${durability}`, { ...counts }, baseline.fanOutOf1000[`fs ${durability}`])).toEqual([]);
  });

  test("the 1,000 branches of a map share appends and syncs on fs, though the gate lets one outcome through per turn", async () => {
    const counts = await countFs({ ...setting, durability }, (session) => session.map?.("run", 1_000) ?? Promise.reject(new Error("no map")));
    expect(changedCounts(`map, fs ${durability}`, { ...counts }, baseline.mapOf1000[`fs ${durability}`])).toEqual([]);
  });

  test("a run of one call asks as much of the file system as it did", async () => {
    expect(changedCounts(`run, fs ${durability}`, { ...(await countFsRun({ ...setting, durability })) }, baseline.runOfOne[`fs ${durability}`])).toEqual([]);
  });

  test("a sequential call commits to sqlite as often as it did", async () => {
    const counts = await countSqlitePerCall(durability, 100);
    expect(changedCounts(`sqlite ${durability}`, { ...counts }, baseline.perCall[`sqlite ${durability}`])).toEqual([]);
  });

  test("1,000 calls at once share commits to sqlite", async () => {
    const counts = await countSqlite(durability, (session) => session.fanOut?.("run", 1_000) ?? Promise.reject(new Error("no fan-out")));
    expect(changedCounts(`fan-out, sqlite ${durability}`, { ...counts }, baseline.fanOutOf1000[`sqlite ${durability}`])).toEqual([]);
  });
});

test("a call takes no more bytes in an SQLite file than it did", async () => {
  const { bytes } = await countSqlitePerCall("process", 2_000);
  expect(bytes).toBeLessThanOrEqual(baseline.bytesPerCall["sqlite"] ?? 0);
});

describe("the counts bite", () => {
  test("one more sync of each outcome is found", async () => {
    const counts = await countFsPerCall({ durability: "power", io: withoutSyncs(), between: syncingTwice }, 100);
    expect(changedCounts("fs power", { ...counts }, baseline.perCall["fs power"])).toEqual(["fs power: 2 syncs instead of 1"]);
  });

  test("an append in two parts is found", async () => {
    const counts = await countFsPerCall({ durability: "power", io: withoutSyncs(), between: writingInTwo }, 100);
    expect(changedCounts("fs power", { ...counts }, baseline.perCall["fs power"])).toEqual(["fs power: 4 appends instead of 2"]);
  });

  test("one more commit is found", async () => {
    const counts = await countSqlitePerCall("process", 50, committingTwice);
    expect(changedCounts("sqlite process", { ...counts }, baseline.perCall["sqlite process"])).toEqual(["sqlite process: 4 otherCommits instead of 2"]);
  });

  test("a count that the baseline does not have is found", () => {
    expect(changedCounts("fs none", { appends: 1 }, undefined)).toEqual(["fs none is not in baseline.json"]);
  });
});

function committingTwice(driver: SqliteDriver): SqliteDriver {
  return {
    open(file) {
      const connection = driver.open(file);
      const again = (sql: string): void => {
        if (sql !== "COMMIT") return;
        connection.exec("BEGIN IMMEDIATE");
        connection.exec("COMMIT");
      };
      return {
        ...connection,
        exec(sql) {
          connection.exec(sql);
          again(sql);
        },
        prepare(sql) {
          const statement = connection.prepare(sql);
          return {
            ...statement,
            run(...values) {
              const changes = statement.run(...values);
              again(sql);
              return changes;
            },
          };
        },
      };
    },
  };
}
