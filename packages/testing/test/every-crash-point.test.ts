import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { agent, llm, tool, type Actor } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { retry, retryProvider } from "@reprise/retry";
import { expect, onTestFinished, test } from "vitest";
import { addOne, counter, everyCrashPoint, flaky } from "../src/index.ts";

// How to know that it works: pipelines that keep to the rules pass at every append; one that needs a variable that died with the process,
// one that carries state from life to life past its record, and a backend that forgets what it acknowledged do not.

const open = (): StateBackend => memoryBackend();

/** A bit of everything: retries, sleeps, groups, storage, a wait, and a call that must not happen twice. */
function pipelineWith(judge: Actor<number, number>) {
  const fetch = tool({ name: "fetch", run: (url: string) => url.length });
  const pay = tool({ name: "pay", repeatable: false, run: (amount: number) => `paid ${amount}` });
  const sum = llm({ name: "sum", run: (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0) });
  return agent({
    name: "work",
    run: async (urls: readonly string[], context) => {
      const lengths = await context.map("fetches", urls, fetch);
      const total = await context.run(sum, lengths);
      context.storage.set("total", total);
      await context.run(judge, total);
      await context.sleep(3_600_000);
      const approved = await context.waitFor("approval");
      return approved === true ? context.run(pay, total) : "refused";
    },
  });
}

/** With a service that is down at first: no crash of its clients mends or breaks it, so it is made where the world is. */
function attended() {
  let judge: Actor<number, number>;
  return {
    pipeline: () => pipelineWith(judge),
    open: () => {
      judge = flaky(2, { name: "judge", retry: retry({ maxAttempts: 4 }) });
      return memoryBackend();
    },
  };
}

test("a pipeline that keeps to the rules ends the same way after a crash in any append", { timeout: 60_000 }, async () => {
  const { pipeline, open: world } = attended();
  const report = await everyCrashPoint(pipeline, { input: ["a", "bb", "ccc"], open: world, answers: { approval: true } });
  expect(report.appends).toBeGreaterThan(8);
  expect(report.crashes).toBe(2 * report.appends);
  expect(report.unknown).toEqual(["work::pay::tool_call"]);
});

test("an actor alone, and one that fails, are tried as well", async () => {
  expect(await everyCrashPoint(addOne, { input: 1, open })).toMatchObject({ unknown: [] });
  const failing = tool({ name: "failing", run: () => Promise.reject(new Error("never")) });
  expect((await everyCrashPoint(failing, { input: undefined, open })).crashes).toBeGreaterThan(0);
});

test("with the real clock handlers may wait for something real", async () => {
  const slow = tool({ name: "slow", run: () => new Promise<string>((resolve) => void setTimeout(() => resolve("done"), 5)) });
  expect((await everyCrashPoint(slow, { input: undefined, open, clock: "real" })).crashes).toBeGreaterThan(0);
});

test("every process makes its own pipeline and its own options", async () => {
  let made = 0;
  let configured = 0;
  const pipeline = () => {
    made += 1;
    return agent({ name: "n", run: (_input: undefined, context) => context.run(addOne, 1) });
  };
  const { crashes } = await everyCrashPoint(pipeline, { input: undefined, open, reprise: () => ({ retry: (configured += 1, retryProvider()) }) });
  // One that nothing interrupts, and two of each crash.
  expect([made, configured]).toEqual([1 + 2 * crashes, 1 + 2 * crashes]);
});

test("a variable that one tool leaves to the next dies with the process, and that is noticed, with its error as the cause", async () => {
  const forgetful = () => {
    let token = "";
    const login = tool({ name: "login", run: () => ((token = "t"), true) });
    const use = tool({ name: "use", run: () => (token === "" ? Promise.reject(new Error("not logged in")) : "ok") });
    return agent({ name: "n", run: async (_input: undefined, context) => (await context.run(login), context.run(use)) });
  };
  const checked = everyCrashPoint(forgetful, { input: undefined, open });
  await expect(checked).rejects.toThrow(/the outcome is .*"not logged in".* instead of .*"value":"ok"/u);
  await expect(checked).rejects.toMatchObject({ cause: { cause: { cause: { message: "not logged in" } } } });
});

test("what is counted in memory inside the pipeline begins anew with every process, and what is made in open does not", async () => {
  const pipelineOf = (flaw: Actor<number, number>) => agent({ name: "n", run: (_input: undefined, context) => context.run(flaw, 1) });
  const flaw = () => flaky<number>(2, { retry: retry({ maxAttempts: 4 }) });
  // Failed twice before the crash and twice after it, it has spent its attempts.
  await expect(everyCrashPoint(() => pipelineOf(flaw()), { input: undefined, open })).rejects.toThrow(/"planned failure 2 of 2"/u);
  let world = flaw();
  const report = await everyCrashPoint(() => pipelineOf(world), { input: undefined, open: () => ((world = flaw()), memoryBackend()) });
  expect(report.crashes).toBeGreaterThan(8);
});

test("what goes past the record from life to life is noticed, and what begins anew with the pipeline does no harm", async () => {
  const reading = (seen: { count: number }) =>
    agent({
      name: "leaky",
      run: async (_input: string, context) => {
        seen.count += 1;
        await context.run(addOne, 1);
        return seen.count;
      },
    });
  let seen = { count: 0 };
  const outlives = () => ((seen = { count: 0 }), memoryBackend());
  await expect(everyCrashPoint(() => reading(seen), { input: "", open: outlives })).rejects.toThrow(/after a crash in append \d+ of \d+, which was (not )?written: the outcome is .*"value":2.* instead of .*"value":1/);
  await everyCrashPoint(() => reading({ count: 0 }), { input: "", open });
});

test("a backend that forgets what it has acknowledged is noticed", async () => {
  const paying = () => agent({ name: "paying", run: (_input: undefined, context) => context.run(counter({ name: "pay", repeatable: false }).actor, 1) });
  const amnesiac = (): StateBackend => {
    const backend = memoryBackend();
    return {
      ...backend,
      async acquire(stateId, options) {
        const head = await backend.head(stateId);
        // Whoever takes over finds nothing.
        if (head !== undefined) await backend.remove(stateId, { force: true });
        return backend.acquire(stateId, { ...options, create: "may" });
      },
    };
  };
  await expect(everyCrashPoint(paying, { input: undefined, open: amnesiac })).rejects.toThrow(/after a crash in append .*: paying::pay::tool_call, which must not be repeated, ran 2 times/u);
});

test("a wait without an answer is an error that names it", async () => {
  const { pipeline, open: world } = attended();
  await expect(everyCrashPoint(pipeline, { input: [], open: world })).rejects.toThrow(/waits for "approval"/);
});

test("virtual time that cannot wait for a disk says what to write, and with the real clock a disk will do", async () => {
  const root = await mkdtemp(join(tmpdir(), "every-crash-point-"));
  onTestFinished(() => rm(root, { recursive: true }));
  let opened = 0;
  const onDisk = (): StateBackend => fsBackend({ dir: join(root, String((opened += 1))), durability: "process" });
  await expect(everyCrashPoint(addOne, { input: 1, open: onDisk })).rejects.toThrow(/everyCrashPoint: virtual time .* write clock: "real"/u);
  expect((await everyCrashPoint(addOne, { input: 1, open: onDisk, clock: "real" })).crashes).toBeGreaterThan(0);
});

test("virtual time that cannot wait for a handler says so, too", async () => {
  const slow = tool({ name: "slow", run: () => new Promise<string>((resolve) => void setTimeout(() => resolve("done"), 5)) });
  await expect(everyCrashPoint(slow, { input: undefined, open })).rejects.toThrow(/write clock: "real"/u);
});

test.each([
  ["no open", {}, "open", /everyCrashPoint: open must be a function that gives a fresh, empty state backend, .*, got undefined/u],
  ["an open that gives a promise", { open: () => Promise.resolve(memoryBackend()) }, "open", /not a promise of one/u],
  ["a clock that there is not", { open, clock: "reel" }, "clock", /clock must be one of "virtual", "real", got "reel"/u],
  ["answers that are none", { open, answers: true }, "answers", /answers must be an object/u],
  ["a backend of its own", { open, reprise: { backend: memoryBackend() } }, "reprise.backend", /reprise\.backend must be left out/u],
  ["subscribers of its own, made for every process", { open, reprise: () => ({ subscribers: [] }) }, "reprise.subscribers", /reprise\.subscribers must be left out/u],
  ["something else instead of reprise", { open, reprise: 5 }, "reprise", /reprise must be options of createReprise, got 5/u],
])("%s is refused by name", async (_, options, path, message) => {
  await expect(everyCrashPoint(counter().actor, { input: 1, ...options } as never)).rejects.toMatchObject({ code: "INVALID_OPTION", path, message: expect.stringMatching(message) });
});
