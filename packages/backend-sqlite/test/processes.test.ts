import { DatabaseSync } from "node:sqlite";
import { sqliteBackend } from "@reprise/backend-sqlite";
import { expect, onTestFinished, test } from "vitest";
import { startWriter } from "./support/child-process.ts";
import { closedAtTheEnd, hold, meddle, rejectionOf, storeFile, textsOf } from "./support/store-file.ts";

// How to know that it works: real processes, killed and stopped by the system; what they said was acknowledged is there.

const kills = Number(process.env["REPRISE_KILLS"] ?? 20);
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

test(`G1, G3: writers killed at ${kills} moments lose nothing acknowledged, and each is taken over at once`, { timeout: 60_000 + 6_000 * kills }, async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const known = new Map<number, string>();
  for (let round = 0; round < kills; round += 1) {
    const writer = startWriter(file, `w${round}`);
    // A holder that was killed is no reason to wait: the line would say LEASE_HELD.
    await writer.line("acquired");
    await pause((round * 7) % 41);
    await writer.kill();
    for (const [seq, text] of writer.acknowledged) known.set(seq, text);
    const found = await textsOf(backend);
    for (const [seq, text] of known) expect(found[seq - 1], `seq ${seq} after kill ${round}`).toBe(text);
    expect(new Set(found).size).toBe(found.length);
  }
  expect(known.size).toBeGreaterThanOrEqual(kills);
  expect((await backend.list()).rows).toMatchObject([{ stateId: "run-1", lease: "stale" }]);
  expect(await backend.verify!("run-1")).toEqual([]);
  expect(meddle(file, (database) => database.prepare("PRAGMA integrity_check").get())).toEqual({ integrity_check: "ok" });
});

test.each([2, 8])("G2: %i processes append to runs of their own in one file, and wait for each other", { timeout: 120_000 }, async (count) => {
  const file = await storeFile();
  const writers = Array.from({ length: count }, (_, index) => startWriter(file, `w${index}`, { stateId: `run-${index}`, appends: 60 }));
  await Promise.all(writers.map((writer) => writer.line("done")));
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  for (const index of writers.keys()) expect(await textsOf(backend, `run-${index}`)).toEqual(Array.from({ length: 60 }, (_, number) => `w${index}:${number + 1}`));
  expect((await backend.list()).rows.map(({ lease }) => lease)).toEqual(writers.map(() => "none"));
});

test("LEASE_HELD: of four processes that want one run one holds it, the others are told who", { timeout: 60_000 }, async () => {
  const file = await storeFile();
  const writers = ["a", "b", "c", "d"].map((name) => startWriter(file, name));
  const first = await Promise.all(writers.map((writer) => Promise.race([writer.line("acquired"), writer.line("failed")])));
  expect(first.filter((line) => line.startsWith("acquired"))).toHaveLength(1);
  expect(first.filter((line) => line === "failed LEASE_HELD")).toHaveLength(3);
  const owner = ["a", "b", "c", "d"][first.findIndex((line) => line.startsWith("acquired"))]!;
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  expect(await rejectionOf(hold(backend))).toMatchObject({ code: "LEASE_HELD", owner, since: expect.any(Number) });
  const waiting = hold(backend, "run-1", { waitMs: 30_000 });
  await Promise.all(writers.map((writer) => writer.kill()));
  await (await waiting).release();
});

test("G5: a paused process that was taken over gets FENCED when it wakes up, and nothing of it becomes visible", { timeout: 60_000 }, async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file, ttlMs: 300, busyTimeoutMs: 1_000 }));
  const zombie = startWriter(file, "zombie", { elsewhere: true });
  await zombie.line("acknowledged 9 ");
  expect(await rejectionOf(hold(backend))).toMatchObject({ code: "LEASE_HELD", owner: "zombie" });
  const mine = await takenOverWhilePaused(() => zombie.process.kill("SIGSTOP"), () => zombie.process.kill("SIGCONT"), () => hold(backend, "run-1", { waitMs: 2_000, ttlMs: 300 }));
  const taken = mine.lastSeq;
  await mine.append([Buffer.from("mine")], { expect: taken });
  zombie.process.kill("SIGCONT");
  expect(await zombie.line("failed")).toBe("failed FENCED");
  const found = await textsOf(backend);
  for (const [seq, text] of zombie.acknowledged) expect(found[seq - 1]).toBe(text);
  expect(found.slice(taken)).toEqual(["mine"]);
  await mine.append([Buffer.from("still mine")], { expect: taken + 1 });
});

/** A process that is stopped inside a commit keeps the lock of the file; then it is let go on, and stopped again. */
async function takenOverWhilePaused<Result>(stop: () => void, goOn: () => void, acquire: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    stop();
    try {
      return await acquire();
    } catch (error) {
      if (!["UNAVAILABLE", "LEASE_HELD"].includes((error as { code: string }).code)) throw error;
      goOn();
      await pause(7);
    }
  }
  throw new Error("the process was in a commit whenever it was stopped");
}

test("NO_SPACE, POISONED: a process that may not make its file larger ends its run there, loses nothing acknowledged, and the next goes on", { timeout: 60_000 }, async () => {
  const file = await storeFile();
  const writer = startWriter(file, "w", { prefix: ["sh", "-c", 'ulimit -f 600; exec "$@"', "sh"] });
  expect(await writer.line("failed")).toMatch(/^failed (?:POISONED|NO_SPACE|IO)$/u);
  await writer.kill();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const next = await hold(backend);
  const found = await textsOf(backend);
  expect(writer.acknowledged.size).toBeGreaterThan(3);
  for (const [seq, text] of writer.acknowledged) expect(found[seq - 1]).toBe(text);
  await next.append([Buffer.from("next")], { expect: next.lastSeq });
  expect(await backend.verify!("run-1")).toEqual([]);
});

test("READ_ONLY: a file that may only be read can be looked at, and not extended", { timeout: 60_000 }, async () => {
  const { chmod } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  const file = await storeFile();
  const backend = sqliteBackend({ file });
  await (await hold(backend)).append([Buffer.from("a")], { expect: 0 });
  await backend.close();
  await chmod(file, 0o444);
  await chmod(dirname(file), 0o777);
  // Root may write everything: then the one who tries is nobody.
  const isRoot = process.getuid?.() === 0;
  const writer = startWriter(file, "w", isRoot ? { uid: 65_534 } : {});
  expect(await writer.line("failed")).toBe("failed READ_ONLY");
});

test("UNAVAILABLE: while another program writes, appends wait without stopping anything, then are given up for certain", async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file, busyTimeoutMs: 150 }));
  const writer = await hold(backend);
  await writer.append([Buffer.from("a")], { expect: 0 });
  const foreign = new DatabaseSync(file);
  onTestFinished(() => foreign.close());
  foreign.exec("BEGIN IMMEDIATE");
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 1);
  onTestFinished(() => clearInterval(turning));
  const pending = [writer.append([Buffer.from("b")], { expect: 1 }), writer.append([Buffer.from("c")], { expect: 2 })].map(rejectionOf);
  expect(await textsOf(backend)).toEqual(["a"]);
  for (const error of await Promise.all(pending)) expect(error).toMatchObject({ code: "UNAVAILABLE", retry: "same", indeterminate: false, stateId: "run-1" });
  expect(turns).toBeGreaterThan(5);
  expect(await rejectionOf(hold(backend, "run-2"))).toMatchObject({ code: "UNAVAILABLE" });
  expect(writer.signal.aborted).toBe(false);
  foreign.exec("ROLLBACK");
  expect(await writer.append([Buffer.from("b")], { expect: 1 })).toBe(2);
});

test("G3: an append that waits for another program's lock is done as soon as it is free", async () => {
  const file = await storeFile();
  const backend = closedAtTheEnd(sqliteBackend({ file }));
  const writer = await hold(backend);
  const foreign = new DatabaseSync(file);
  onTestFinished(() => foreign.close());
  foreign.exec("BEGIN IMMEDIATE");
  const pending = writer.append([Buffer.from("a")], { expect: 0 });
  const reason = new Error("enough");
  const controller = new AbortController();
  const given = rejectionOf(hold(backend, "run-2", { signal: controller.signal }));
  await pause(60);
  controller.abort(reason);
  expect(await given).toBe(reason);
  foreign.exec("COMMIT");
  expect(await pending).toBe(1);
  expect((await backend.list()).rows.map(({ stateId }) => stateId)).toEqual(["run-1"]);
});
