import { nodeSqlite, sqliteBackend, type SqliteDriver } from "@reprise/backend-sqlite";
import type { StateBackend } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { endSeq } from "../src/journal-end.ts";
import { closedAtTheEnd, hold, meddle, rejectionOf, storeFile, textsOf } from "./support/store-file.ts";

// How to know that it works: another process takes the run over between any two statements of whoever looks at it, and nobody
// takes that for damage.

/** SQLite with somebody who acts once, just before the entry of a run in the table of ids is read. */
function interrupted(act: () => void): SqliteDriver {
  const driver = nodeSqlite();
  let acted = false;
  return {
    open(file) {
      const connection = driver.open(file);
      return {
        ...connection,
        prepare(sql) {
          const statement = connection.prepare(sql);
          if (!/epoch, checksum FROM ids/u.test(sql)) return statement;
          const get: typeof statement.get = (...values) => {
            if (!acted) act();
            acted = true;
            return statement.get(...values);
          };
          return { ...statement, get };
        },
      };
    },
  };
}

/** A run at its first epoch, and what a takeover by another process does to it. */
async function takenOver(): Promise<{ readonly file: string; readonly takeOver: () => void }> {
  const file = await storeFile();
  const backend = sqliteBackend({ file });
  const first = await hold(backend);
  await first.append([Buffer.from("a")], { expect: 0 });
  await first.release();
  const isEnd = `place & ${endSeq} = ${endSeq}`;
  const rowOf = (table: string) => meddle(file, (database) => database.prepare(`SELECT epoch, checksum FROM ${table}`).get()!);
  const rows = () => ({ run: rowOf("runs"), id: rowOf("ids"), end: rowOf(`records WHERE ${isEnd}`) });
  const before = rows();
  await (await hold(backend)).release();
  const after = rows();
  await backend.close();
  const put = ({ run, id, end }: typeof before) => (): void =>
    meddle(file, (database) => {
      database.exec("BEGIN IMMEDIATE");
      database.prepare("UPDATE runs SET epoch = ?, checksum = ?").run(run["epoch"]!, run["checksum"]!);
      database.prepare("UPDATE ids SET epoch = ?, checksum = ?").run(id["epoch"]!, id["checksum"]!);
      database.prepare(`UPDATE records SET epoch = ?, checksum = ? WHERE ${isEnd}`).run(end["epoch"]!, end["checksum"]!);
      database.exec("COMMIT");
    });
  put(before)();
  return { file, takeOver: put(after) };
}

test.each<[what: string, use: (backend: StateBackend) => Promise<unknown>, expected: unknown]>([
  ["acquire", async (backend) => (await hold(backend)).epoch, 3],
  ["read", (backend) => textsOf(backend), ["a"]],
  ["head", (backend) => backend.head("run-1"), expect.objectContaining({ epoch: 1, lastSeq: 1 })],
  ["verify", (backend) => backend.verify!("run-1"), []],
])("G10: a run that is taken over while %s looks at it is not damaged", async (_, use, expected) => {
  const { file, takeOver } = await takenOver();
  const backend = closedAtTheEnd(sqliteBackend({ file, driver: interrupted(takeOver) }));
  expect(await use(backend)).toEqual(expected);
  expect(await backend.head("run-1")).toMatchObject({ epoch: expected === 3 ? 3 : 2 });
});

test("NO_SPACE: a store that cannot be made for want of space says so, and is made when there is some", async () => {
  const file = await storeFile();
  const driver = nodeSqlite();
  let pages = 3;
  const small: SqliteDriver = {
    open(path) {
      const connection = driver.open(path);
      connection.prepare(`PRAGMA max_page_count = ${pages}`).get();
      return connection;
    },
  };
  const backend = closedAtTheEnd(sqliteBackend({ file, driver: small }));
  expect(await rejectionOf(hold(backend))).toMatchObject({ code: "NO_SPACE" });
  pages = 1_000;
  expect((await hold(backend)).epoch).toBe(1);
});
