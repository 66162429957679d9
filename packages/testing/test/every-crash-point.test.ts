import { memoryBackend } from "@reprise/backend-memory";
import { agent, llm, tool } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { retry } from "@reprise/retry";
import { expect, test } from "vitest";
import { addOne, everyCrashPoint, flaky } from "../src/index.ts";

// How to know that it works: pipelines that keep to the rules pass at every append; one that carries state from life to life past its
// record, a backend that forgets, and one that acknowledges what is not stored do not.

const open = (): StateBackend => memoryBackend();

/** A bit of everything: retries, sleeps, groups, storage, a wait, and a call that must not happen twice. */
function pipeline() {
  const fetch = tool({ name: "fetch", run: (url: string) => url.length });
  const judge = flaky(2, { name: "judge", retry: retry({ maxAttempts: 4 }) });
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

test("a pipeline that keeps to the rules ends the same way after a crash in any append", { timeout: 60_000 }, async () => {
  const report = await everyCrashPoint(pipeline, { input: ["a", "bb", "ccc"], open, answers: { approval: true } });
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

test("what goes past the record from life to life is noticed", async () => {
  const leaky = () => {
    let seen = 0;
    return agent({
      name: "leaky",
      run: async (_input: string, context) => {
        seen += 1;
        await context.run(addOne, 1);
        return seen;
      },
    });
  };
  await expect(everyCrashPoint(leaky, { input: "", open })).rejects.toThrow(/after a crash in append \d+ of \d+, which was (not )?written: the outcome is .*"value":2.* instead of .*"value":1/);
});

test("a backend that forgets what it has acknowledged is noticed", async () => {
  const forgetful = (): StateBackend => {
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
  await expect(everyCrashPoint(pipeline, { input: ["a"], open: forgetful, answers: { approval: true } })).rejects.toThrow();
});

test("a wait without an answer is an error that names it", async () => {
  await expect(everyCrashPoint(pipeline, { input: [], open })).rejects.toThrow(/waits for "approval"/);
});
