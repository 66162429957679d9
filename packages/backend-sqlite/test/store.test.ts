import { existsSync, readFileSync } from "node:fs";
import { readdir, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nodeSqlite, sqliteArtifacts, sqliteBackend, type SqliteConnection, type SqliteDriver } from "@reprise/backend-sqlite";
import type { StateBackend } from "@reprise/core/spi";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../src/open-database.ts";
import { migrations } from "../src/schema.ts";
import { faultyDriver } from "./support/faulty-driver.ts";
import { closedAtTheEnd, hold, meddle, rejectionOf, storeFile, textsOf } from "./support/store-file.ts";

/** Every use of a backend that touches the store. */
const uses: readonly ((backend: StateBackend) => Promise<unknown>)[] = [
  (backend) => hold(backend),
  (backend) => hold(backend, "run-1", { create: "never" }),
  (backend) => backend.head("run-1"),
  (backend) => backend.list(),
  (backend) => backend.read("run-1")[Symbol.asyncIterator]().next(),
  (backend) => backend.post("run-1", "m", new Uint8Array()),
  (backend) => backend.remove("run-1", { force: true }),
  async (backend) => backend.artifacts?.put(Uint8Array.of(1)),
  async (backend) => backend.artifacts?.stat("0".repeat(64)),
];

test("a file that is no database is refused, and not touched", async () => {
  const file = await storeFile();
  await writeFile(file, "years of work\n".repeat(1000));
  for (const use of uses) {
    const refusal = { code: "INVALID_OPTION", path: "file", message: expect.stringMatching(/runs\.db is no SQLite database/u) };
    expect(await rejectionOf(use(closedAtTheEnd(sqliteBackend({ file }))))).toMatchObject(refusal);
  }
  expect(readFileSync(file, "utf8")).toBe("years of work\n".repeat(1000));
  expect(await readdir(dirname(file))).toEqual(["runs.db"]);
});

test("a database of another program is refused, and not touched", async () => {
  for (const marks of ["", "PRAGMA application_id = 252006674", "PRAGMA user_version = 1"]) {
    const file = await storeFile();
    meddle(file, (database) => database.exec(`CREATE TABLE thesis (text); ${marks}`));
    const before = readFileSync(file, "latin1");
    for (const use of uses) {
      expect(await rejectionOf(use(closedAtTheEnd(sqliteBackend({ file }))))).toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("database of something else") });
    }
    expect(readFileSync(file, "latin1")).toBe(before);
    expect(await readdir(dirname(file))).toEqual(["runs.db"]);
  }
});

test("a store that another process makes between two looks at the file is not foreign", async () => {
  const file = await storeFile();
  await writeFile(file, "");
  const driver = nodeSqlite();
  const makeStore = (): void => openDatabase(file, { driver, migrations, create: true })?.close();
  let overtaken = false;
  const open: SqliteDriver["open"] = (path) => {
    const connection = driver.open(path);
    const prepare: SqliteConnection["prepare"] = (sql) => {
      if (sql === "PRAGMA user_version" && !overtaken) {
        overtaken = true;
        expect(makeStore, "others wait for the end of the look").toThrow("locked");
      }
      return connection.prepare(sql);
    };
    return { ...connection, prepare };
  };
  const backend = closedAtTheEnd(sqliteBackend({ file, driver: { open } }));
  expect(await backend.list()).toEqual({ rows: [], damaged: [] });
  expect(overtaken).toBe(true);
  makeStore();
  expect(await backend.list()).toEqual({ rows: [], damaged: [] });
});

test("an empty file becomes a store with the first write, and is left empty by those who only look", async () => {
  const file = await storeFile();
  await writeFile(file, "");
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  expect(await backend.head("run-1")).toBeUndefined();
  expect((await stat(file)).size).toBe(0);
  await hold(backend);
  expect(await backend.head("run-1")).toMatchObject({ lastSeq: 0 });
});

test("whoever only looks makes no file", async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  expect(await backend.list()).toEqual({ rows: [], damaged: [] });
  expect(await backend.head("run-1")).toBeUndefined();
  expect(await rejectionOf(hold(backend, "run-1", { create: "never" }))).toMatchObject({ code: "NOT_FOUND" });
  expect(await rejectionOf(backend.post("run-1", "m", new Uint8Array()))).toMatchObject({ code: "NOT_FOUND" });
  expect(await rejectionOf(backend.remove("run-1", { force: true }))).toMatchObject({ code: "NOT_FOUND" });
  expect(await backend.artifacts?.stat("0".repeat(64))).toBeUndefined();
  expect(existsSync(file)).toBe(false);
});

test("a store of a newer format is refused with INCOMPATIBLE, and not touched; one that was changed while it was open, too", async () => {
  const file = await storeFile();
  const open = closedAtTheEnd(sqliteBackend({ file }));
  const writer = await hold(open);
  await writer.append([Buffer.from("a")], { expect: 0 });
  meddle(file, (database) => database.exec("PRAGMA user_version = 99"));
  expect(await rejectionOf(writer.append([Buffer.from("b")], { expect: 1 }))).toMatchObject({ code: "INCOMPATIBLE", retry: "never", indeterminate: false });
  expect(writer.signal.aborted).toBe(true);
  for (const use of uses) {
    expect(await rejectionOf(use(closedAtTheEnd(sqliteBackend({ file }))))).toMatchObject({ code: "INCOMPATIBLE", path: file, message: expect.stringContaining("format 99") });
  }
  meddle(file, (database) => database.exec("PRAGMA user_version = 1"));
  expect(await textsOf(sqliteBackend({ file }))).toEqual(["a"]);
});

test.each([
  ["power", 2],
  ["process", 1],
] as const)("durability %s is a write-ahead log that is committed with synchronous = %i, and says so", async (durability, level) => {
  const file = await storeFile();
  const levels: unknown[] = [];
  const driver = faultyDriver((sql, connection) => {
    if (sql === "COMMIT") levels.push(connection.prepare("PRAGMA synchronous").get()?.["synchronous"]);
  });
  const backend = closedAtTheEnd(sqliteBackend({ file, durability, driver }));
  expect(backend.capabilities).toMatchObject({ durability, exclusion: "host", watch: false });
  const writer = await hold(backend);
  levels.length = 0;
  await writer.append([Buffer.from("a")], { expect: 0 });
  await writer.append([Buffer.from("b")], { expect: 1, durability: "process" });
  await writer.flush();
  expect(levels).toEqual([level, 1, level]);
  expect(meddle(file, (database) => database.prepare("PRAGMA journal_mode").get())).toEqual({ journal_mode: "wal" });
});

test("an append of a short record writes one page of 2 KiB to the log, but where a page is full", async () => {
  const file = await storeFile();
  const writer = await hold(closedAtTheEnd(sqliteBackend({ file })));
  const framesOf = async (): Promise<number> => ((await stat(`${file}-wal`)).size - 32) / (24 + 2048);
  let frames = await framesOf();
  const written: number[] = [];
  for (let seq = 1; seq <= 40; seq += 1) {
    await writer.append([new Uint8Array(100).fill(seq)], { expect: seq - 1, ...(seq % 2 === 0 ? {} : { durability: "process", fence: false }) });
    written.push((await framesOf()) - frames);
    frames = await framesOf();
  }
  expect(written.filter((count) => count === 1).length).toBeGreaterThan(30);
  expect(Math.max(...written)).toBeLessThan(8);
});

test("UNSUPPORTED: a level of durability or a log that SQLite does not confirm is refused", async () => {
  const { nodeSqlite } = await import("@reprise/backend-sqlite");
  const driver = nodeSqlite();
  const deaf = (pragma: string) => ({
    open(path: string) {
      const connection = driver.open(path);
      const ignored = (sql: string): boolean => sql.startsWith(`PRAGMA ${pragma} = `);
      return {
        ...connection,
        exec: (sql: string) => connection.exec(ignored(sql) ? `PRAGMA ${pragma} = OFF` : sql),
        prepare: (sql: string) => connection.prepare(ignored(sql) ? `PRAGMA ${pragma}` : sql),
      };
    },
  });
  for (const [pragma, said] of [["synchronous", /synchronous = FULL and does it with 0/u], ["journal_mode", /journal mode delete/u]] as const) {
    const backend = closedAtTheEnd(sqliteBackend({ file: await storeFile(), driver: deaf(pragma) }));
    expect(await rejectionOf(hold(backend))).toMatchObject({ code: "UNSUPPORTED", message: expect.stringMatching(said) });
  }
});

test("files are for their owner only, whatever the umask", async () => {
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
  const file = join(dirname(await storeFile()), "deep", "er", "runs.db");
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  await (await hold(backend)).append([Buffer.from("x")], { expect: 0 });
  const modes = await Promise.all((await readdir(dirname(file))).map(async (name) => [name, ((await stat(join(dirname(file), name))).mode & 0o777).toString(8)]));
  expect(Object.fromEntries(modes)).toEqual({ "runs.db": "600", "runs.db-shm": "600", "runs.db-wal": "600" });
  expect(((await stat(dirname(file))).mode & 0o777).toString(8)).toBe("700");
});

test("G5: a holder whose file was removed or replaced is fenced, and the backend goes on with what is there now", async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const writer = await hold(backend);
  await writer.append([Buffer.from("a")], { expect: 0 });
  for (const suffix of ["", "-wal", "-shm"]) await rename(`${file}${suffix}`, `${file}.old${suffix}`);
  expect(await rejectionOf(writer.append([Buffer.from("late")], { expect: 1 }))).toMatchObject({ code: "FENCED" });
  expect(writer.signal.reason).toMatchObject({ code: "FENCED", message: expect.stringContaining("removed or replaced") });
  expect(await backend.list()).toEqual({ rows: [], damaged: [] });
  const next = await hold(backend);
  await next.append([Buffer.from("new")], { expect: 0 });
  expect(await textsOf(backend)).toEqual(["new"]);
  expect(await textsOf(closedAtTheEnd(sqliteBackend({ file: `${file}.old` })))).toEqual(["a"]);
});

test("G5: a holder whose file another was put in the place of writes to neither", async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const writer = await hold(backend);
  await writer.append([Buffer.from("a")], { expect: 0 });
  const other = sqliteBackend({ file: `${file}.new` });
  await (await hold(other)).append([Buffer.from("b")], { expect: 0 });
  await other.close();
  for (const suffix of ["", "-wal", "-shm"]) await rename(`${file}${suffix}`, `${file}.old${suffix}`);
  await rename(`${file}.new`, file);
  expect(await rejectionOf(writer.append([Buffer.from("late")], { expect: 1 }))).toMatchObject({ code: "FENCED", indeterminate: false });
  expect(await textsOf(backend)).toEqual(["b"]);
  expect(await textsOf(closedAtTheEnd(sqliteBackend({ file: `${file}.old` })))).toEqual(["a"]);
});

test("G5: an append that asks for no fence is not looked at for a file that was replaced; the next that does is refused", async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const writer = await hold(backend);
  await writer.append([Buffer.from("a")], { expect: 0 });
  for (const suffix of ["", "-wal", "-shm"]) await rename(`${file}${suffix}`, `${file}.old${suffix}`);
  expect(await writer.append([Buffer.from("started")], { expect: 1, durability: "process", fence: false })).toBe(2);
  expect(await rejectionOf(writer.append([Buffer.from("late")], { expect: 2 }))).toMatchObject({ code: "FENCED" });
  expect(await textsOf(closedAtTheEnd(sqliteBackend({ file: `${file}.old` })))).toEqual(["a", "started"]);
});

test("artifacts may have a file of their own, or share one with journals", async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const alone = sqliteArtifacts({ file });
  onTestFinished(() => alone.close());
  const { id } = await alone.put(Buffer.from("hello"));
  expect(Buffer.from(await backend.artifacts!.get(id)).toString()).toBe("hello");
});

test("S2: collect removes what is named by nobody and is older than the grace; a put begins the grace anew", async () => {
  const file = await storeFile();
  let now = 1_000_000;
  const { sqliteSystem } = await import("@reprise/backend-sqlite");
  const artifacts = sqliteArtifacts({ file, system: { ...sqliteSystem(), now: () => now } });
  onTestFinished(() => artifacts.close());
  const [kept, old, again] = await Promise.all(["kept", "old", "again"].map(async (text) => (await artifacts.put(Buffer.from(text))).id));
  now += 1000;
  await artifacts.put(Buffer.from("again"));
  const { id: young } = await artifacts.put(Buffer.from("young"));
  const live = async function* (): AsyncGenerator<string> {
    yield kept!;
  };
  expect(await artifacts.collect!(live(), { graceMs: 500 })).toEqual({ removed: 1, bytes: 3, condemned: 0 });
  expect(await artifacts.stat(old!)).toBeUndefined();
  for (const id of [kept!, again!, young]) expect(await artifacts.stat(id)).toBeDefined();
  expect(await rejectionOf(artifacts.collect!(live(), { graceMs: -1 }))).toMatchObject({ code: "INVALID_OPTION" });
});

test("what is at work when a backend is closed opens nothing behind it, and leaves no lease", async () => {
  let open = 0;
  const counting: SqliteDriver = {
    open(file) {
      const connection = nodeSqlite().open(file);
      open += 1;
      return { exec: (sql) => connection.exec(sql), prepare: (sql) => connection.prepare(sql), close: () => ((open -= 1), connection.close()) };
    },
  };
  for (const [index, use] of uses.entries()) {
    const file = await storeFile();
    const before = sqliteBackend({ file });
    await (await hold(before)).release();
    await before.close();
    const backend = sqliteBackend({ file, driver: counting });
    await backend.list();
    const used = use(backend).catch((error: unknown) => error);
    await backend.close();
    await used;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(open, `use ${index}`).toBe(0);
    const { rows } = await closedAtTheEnd(sqliteBackend({ file })).list();
    expect(rows.every(({ lease }) => lease === "none"), `use ${index}`).toBe(true);
  }
});
