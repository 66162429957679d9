import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type Reprise } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { describe, expect, onTestFinished, test } from "vitest";
import { retry } from "@reprise/retry";
import { addOne, counter, flaky, virtualSystem } from "../../src/index.ts";
import { stores } from "./support/backends.ts";
import { backendWith, journalOf, rejectionOf, stateId, type RawRecord } from "./support/world.ts";

// How to know that it works: a run damaged in its middle cannot be loaded; what is salvaged of it goes on as a run of its own, with
// what came before the damage reused; the damaged run has the bytes it had.

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-salvage-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function filesOf(dir: string): Promise<[string, string][]> {
  const entries = await readdir(join(dir, "runs"), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.toSorted().map(async (path): Promise<[string, string]> => [path, await readFile(path, "latin1")]));
}

const handlers = () => {
  const first = counter({ name: "first", run: (value: number) => value + 1 });
  const second = counter({ name: "second", run: (value: number) => value * 10 });
  const work = agent({ name: "work", run: async (value: number, context) => context.run(second.actor, await context.run(first.actor, value)) });
  return { first, second, work };
};

describe("S10: salvage", () => {
  test("S10: of a run damaged on disk everything before the damage goes on in a new run, and the damaged one stays as it is", async () => {
    const dir = await directory();
    const before = handlers();
    await createReprise({ backend: fsBackend({ dir }) }).execute(before.work, 1, { stateId, metadata: { tags: ["t"] } });
    const [path, text] = (await filesOf(dir)).find(([name]) => name.endsWith(".j"))!;
    const at = text.indexOf('"a":"work::second');
    await writeFile(path, `${text.slice(0, at)}X${text.slice(at + 1)}`, "latin1");
    const backend = fsBackend({ dir });
    const reprise = createReprise({ backend });
    expect(await rejectionOf(reprise.load(stateId))).toMatchObject({ code: "CORRUPT" });
    const damaged = await filesOf(dir);
    const { records, lost, plan, ...saved } = await reprise.salvage(stateId, { stateId: "saved" });
    expect(saved).toEqual({ stateId: "saved", lineage: { stateId, seq: records } });
    expect(lost).toEqual([{ kind: "backend", path, offset: expect.any(Number), message: expect.stringContaining("damaged") }]);
    expect(plan.reused).toEqual(["work::first::tool_call"]);
    expect((await filesOf(dir)).filter(([name]) => !name.includes("/saved/"))).toEqual(damaged);

    const after = handlers();
    expect(await reprise.resume(after.work, "saved")).toMatchObject({ status: "completed", value: 20 });
    expect([after.first.runs, after.second.runs]).toEqual([0, 1]);
    expect((await backend.list({ tags: ["t"] })).rows.map((row) => row.stateId)).toContain("saved");
  });

  test.each(stores)("S10: a record that says nothing ends what is saved, %s", async (_, open) => {
    const { backend } = await open();
    const { work } = handlers();
    const reprise = createReprise({ backend });
    await reprise.execute(work, 1, { stateId });
    const { lastSeq } = (await backend.head(stateId))!;
    await backend.acquire(stateId, { owner: "test", create: "never" }).then(async (writer) => {
      await writer.append([Buffer.from("{"), Buffer.from("{}")], { expect: lastSeq });
      await writer.release();
    });
    const { records, lost } = await reprise.salvage(stateId, { stateId: "saved" });
    expect({ records, lost }).toMatchObject({ records: lastSeq, lost: [{ kind: "record", seq: lastSeq + 1 }] });
    expect(await reprise.resume(work, "saved")).toMatchObject({ status: "completed", value: 20 });
  });

  test.each(stores)("S10: of an intact run nothing is lost, %s", async (_, open) => {
    const { backend } = await open();
    const reprise = createReprise({ backend });
    await reprise.execute(addOne, 1, { stateId });
    const { lost, records, stateId: saved } = await reprise.salvage(stateId);
    expect({ lost, records }).toEqual({ lost: [], records: (await backend.head(stateId))!.lastSeq });
    expect(await reprise.resume(addOne, saved)).toMatchObject({ value: 2 });
  });

  test("S10: a call that must not happen twice and whose outcome is not among what could be read must be allowed", async () => {
    const dir = await directory();
    const pay = tool({ name: "pay", repeatable: false, run: () => "paid" });
    await createReprise({ backend: fsBackend({ dir }) }).execute(pay, undefined, { stateId });
    const [path, text] = (await filesOf(dir)).find(([name]) => name.endsWith(".j"))!;
    const at = text.indexOf('"k":"completed"');
    await writeFile(path, `${text.slice(0, at)}X${text.slice(at + 1)}`, "latin1");
    const reprise = createReprise({ backend: fsBackend({ dir }) });
    expect(await rejectionOf(reprise.salvage(stateId, { stateId: "saved" }))).toMatchObject({ code: "NOT_REPEATABLE" });
    expect(await reprise.head("saved")).toBeUndefined();
    await reprise.salvage(stateId, { stateId: "saved", allowRepeat: ["pay::tool_call"] });
    expect(await reprise.resume(pay, "saved")).toMatchObject({ value: "paid" });
  });

  test("S10: where nothing can be read nothing is made, and bad options are refused", async () => {
    const dir = await directory();
    await createReprise({ backend: fsBackend({ dir }) }).execute(addOne, 1, { stateId });
    const [path] = (await filesOf(dir)).find(([name]) => name.endsWith(".j"))!;
    await writeFile(path, "gone");
    await appendFile(path, "J1 ".repeat(100));
    const reprise = createReprise({ backend: fsBackend({ dir }) });
    expect(await rejectionOf(reprise.salvage(stateId, { stateId: "saved" }))).toMatchObject({ code: "CORRUPT" });
    expect(await reprise.head("saved")).toBeUndefined();
    expect(await rejectionOf(reprise.salvage("unknown"))).toMatchObject({ code: "NOT_FOUND" });
    expect(await rejectionOf(reprise.salvage(stateId, { stateId }))).toMatchObject({ code: "INVALID_OPTION", path: "stateId" });
    expect(await rejectionOf(reprise.salvage(stateId, { metadata: 7 as never }))).toMatchObject({ code: "INVALID_OPTION" });
  });

  test("S10: a backend without salvage gives what it reads before the damage", async () => {
    const whole = memoryBackend();
    await createReprise({ backend: whole }).execute(handlers().work, 1, { stateId });
    const { CorruptError } = await import("@reprise/core");
    const failing: StateBackend = {
      ...whole,
      async *read(id, options) {
        for await (const batch of whole.read(id, { ...options, to: 4 })) yield batch;
        throw new CorruptError("the rest is damaged", { stateId: id });
      },
    };
    expect(await createReprise({ backend: failing }).salvage(stateId, { stateId: "saved" })).toMatchObject({ records: 4, lost: [{ kind: "backend", message: "the rest is damaged" }] });
  });
});

describe("S4: a run exists once it has a record", () => {
  test.each(stores)("S4: what somebody left who died before the first append is no run, and its id is free, %s", async (_, open) => {
    const { backend } = await open();
    await (await backend.acquire(stateId, { owner: "test", create: "must" })).release();
    const reprise = createReprise({ backend });
    expect(await reprise.head(stateId)).toBeUndefined();
    expect((await reprise.list()).rows).toEqual([]);
    for (const use of [
      () => reprise.load(stateId),
      () => reprise.resume(addOne, stateId),
      () => reprise.snapshot(stateId),
      () => reprise.history(stateId),
      () => reprise.verify(stateId),
      () => reprise.export(stateId),
      () => reprise.rewind(stateId, { position: 1 }),
      () => reprise.answer(stateId, "wait", 1),
    ]) {
      expect(await rejectionOf(use())).toMatchObject({ code: "NOT_FOUND" });
    }
    const state = await reprise.create({ stateId });
    expect(await state.run(addOne, 1)).toBe(2);
    await state.close();
    expect((await reprise.list()).rows.map((row) => row.stateId)).toEqual([stateId]);
    expect(await rejectionOf(reprise.create({ stateId }))).toMatchObject({ code: "ALREADY_EXISTS" });
  });

  test.each(stores)("S4: an empty id can be forked into and imported to, %s", async (_, open) => {
    const { backend } = await open();
    const reprise = createReprise({ backend });
    await reprise.execute(addOne, 1, { stateId });
    for (const id of ["fork", "import"]) await (await backend.acquire(id, { owner: "test", create: "must" })).release();
    await reprise.fork(stateId, { stateId: "fork" });
    await reprise.import(await reprise.export(stateId), { stateId: "import" });
    expect((await reprise.list()).rows.map((row) => row.stateId).toSorted()).toEqual(["fork", "import", stateId].toSorted());
  });
});

describe("S10, R9: what was written as one is saved as one, or not at all", () => {
  /** The run with its records up to this one, and damage behind. */
  async function damagedBehind(reprise: Reprise, isLast: (record: RawRecord) => boolean): Promise<StateBackend> {
    const bytes = await reprise.export(stateId);
    const whole = memoryBackend();
    await createReprise({ backend: whole }).import(bytes, { stateId });
    const records = await journalOf(whole);
    return backendWith([...records.slice(0, records.findIndex(isLast) + 1), "{"]);
  }

  test("S10: a sleep of which only the beginning can be read sleeps again, and not for ever", async () => {
    const system = virtualSystem();
    const sleeps = agent({ name: "sleeps", run: async (_input: void, context) => (await context.sleep(100_000), "slept") });
    const first = createReprise({ backend: memoryBackend(), system });
    await system.runUntil(first.execute(sleeps, undefined, { stateId }));
    const reprise = createReprise({ backend: await damagedBehind(first, ({ a }) => a === "sleeps::sleep::sleep_call"), system });
    await reprise.salvage(stateId, { stateId: "saved" });
    const outcome = await system.runUntil(reprise.resume(sleeps, "saved"));
    expect(outcome).toMatchObject({ status: "awaiting", wakeAt: system.now() + 100_000 });
  });

  test("S10: a wait of which only the beginning can be read asks again, and can be answered", async () => {
    const asks = agent({ name: "asks", run: (_input: void, context) => context.waitFor("approval", { prompt: "Publish?" }) });
    const first = createReprise({ backend: memoryBackend() });
    await first.execute(asks, undefined, { stateId });
    const reprise = createReprise({ backend: await damagedBehind(first, ({ a }) => a === "asks::approval::wait_call") });
    await reprise.salvage(stateId, { stateId: "saved" });
    await reprise.resume(asks, "saved");
    expect(await reprise.pending("saved")).toMatchObject([{ prompt: "Publish?", token: expect.stringMatching(/^wt_/u) }]);
  });

  test("S10: a failure that may have been tried again is none: its actor is tried", async () => {
    const work = (failures: number) => agent({ name: "work", run: (_input: void, context) => context.run(flaky(failures, { retry: retry({ maxAttempts: 3, initialDelayMs: 0 }) }), "done") });
    const first = createReprise({ backend: memoryBackend() });
    await first.execute(work(1), undefined, { stateId });
    const reprise = createReprise({ backend: await damagedBehind(first, ({ k }) => k === "failed") });
    await reprise.salvage(stateId, { stateId: "saved" });
    expect(await reprise.resume(work(0), "saved")).toMatchObject({ status: "completed", value: "done" });
  });

  test("S10, R11: the failure of what must not happen twice stays one", async () => {
    const pay = tool({ name: "pay", repeatable: false, run: () => Promise.reject(new Error("no money")) });
    const work = agent({ name: "work", run: async (_input: void, context) => (await context.try(pay)).ok });
    const first = createReprise({ backend: memoryBackend() });
    await first.execute(work, undefined, { stateId });
    const reprise = createReprise({ backend: await damagedBehind(first, ({ k }) => k === "failed") });
    expect((await reprise.salvage(stateId, { stateId: "saved" })).plan.reused).toEqual(["work::pay::tool_call"]);
    expect(await reprise.resume(work, "saved")).toMatchObject({ status: "completed", value: false });
  });

  test("S10: a run whose end can be read and whose status cannot ends again, with what it had", async () => {
    const { first: one, second, work } = handlers();
    const first = createReprise({ backend: memoryBackend() });
    await first.execute(work, 1, { stateId });
    const reprise = createReprise({ backend: await damagedBehind(first, ({ k, vb, c }) => k === "completed" && vb === undefined && c === 2) });
    await reprise.salvage(stateId, { stateId: "saved" });
    expect(await reprise.resume(work, "saved")).toMatchObject({ status: "completed", value: 20 });
    expect([one.runs, second.runs, (await reprise.head("saved"))?.status]).toEqual([1, 1, "completed"]);
  });
});
