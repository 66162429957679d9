import fc from "fast-check";
import { expect, test } from "vitest";
import { anyMessages } from "../../test/arbitraries.ts";
import { runBuilder, startOfRun } from "../../test/run-builder.ts";
import { failedRun } from "../../test/sample-runs.ts";
import { statistics, type RunTally } from "./statistics.ts";
import { viewOf } from "./view-of.ts";

const identitiesHold = (tally: RunTally): void => {
  expect(tally.ran + tally.recovered).toBe(tally.total);
  expect(tally.completed + tally.failed + tally.cancelled + tally.running + tally.retrying + tally.interrupted).toBe(tally.total);
  expect(tally.retryAttempts).toBeLessThanOrEqual(tally.retryEvents);
  expect(tally.retriedCalls).toBeLessThanOrEqual(Math.min(tally.retryEvents, tally.ran));
  expect(tally.recoveredAfterRetry + tally.exhausted + tally.cancelledAfterRetry + tally.openAfterRetry).toBe(tally.retriedCalls);
  expect(tally.recoveredAfterRetry).toBeLessThanOrEqual(Math.min(tally.retriedCalls, tally.completed));
};

test("for any messages the identities of the statistics hold, and shares are between 0 and 1", () => {
  fc.assert(
    fc.property(anyMessages, (messages) => {
      const facts = statistics(viewOf(messages));
      identitiesHold(facts.calls);
      identitiesHold(facts.agents);
      for (const share of [facts.successRate, facts.retryRate]) {
        if (share !== undefined) expect(share).toBeGreaterThanOrEqual(0);
        if (share !== undefined) expect(share).toBeLessThanOrEqual(1);
      }
      expect(facts.successRate === undefined).toBe(facts.calls.completed + facts.calls.failed === 0);
      expect(facts.retryRate === undefined).toBe(facts.calls.ran === 0);
      for (const sum of [facts.workMs, facts.backoffMs, facts.savedMs]) expect(sum).toBeGreaterThanOrEqual(0);
    }),
  );
});

type Story = { readonly failures: number; readonly end: "completed" | "failed" | "cancelled" | "running" | "retrying" | "recovered" };
const anyStory: fc.Arbitrary<Story> = fc.record({
  failures: fc.nat(4),
  end: fc.constantFrom("completed", "failed", "cancelled", "running", "retrying", "recovered"),
});

test("the tallies of well-formed runs are those of the stories they were made from", () => {
  fc.assert(
    fc.property(fc.array(anyStory, { maxLength: 12 }), (stories) => {
      const run = runBuilder();
      const agent = run.start("agent_call", "root");
      for (const [index, { failures, end }] of stories.entries()) {
        if (end === "recovered") {
          run.recover(run.recorded("tool_call", `t${index}`, agent), 100);
          continue;
        }
        const call = run.start("tool_call", `t${index}`, agent);
        for (let failure = 1; failure <= failures; failure += 1) {
          run.wait(10);
          run.fail(call, { code: "E" });
          run.retry(call, 20);
          run.wait(20);
          run.again(call, failure + 1);
        }
        run.wait(10);
        if (end === "completed") run.complete(call);
        if (end === "failed") run.fail(call, { code: "F" }, { final: true });
        if (end === "cancelled") run.cancel(call, "stopped");
        if (end === "retrying") run.fail(call, { code: "E" });
        if (end === "retrying") run.retry(call, 20);
      }
      const having = (...ends: readonly Story["end"][]): readonly Story[] => stories.filter(({ end }) => ends.includes(end));
      const ran = stories.filter(({ end }) => end !== "recovered");
      const scheduled = ran.reduce((sum, { failures, end }) => sum + failures + (end === "retrying" ? 1 : 0), 0);
      const facts = statistics(viewOf(run.items));
      expect(facts.calls).toMatchObject({
        total: stories.length,
        ran: ran.length,
        recovered: having("recovered").length,
        completed: having("completed", "recovered").length,
        failed: having("failed").length,
        cancelled: having("cancelled").length,
        running: having("running").length,
        retrying: having("retrying").length,
        retryEvents: scheduled,
        retriedCalls: ran.filter(({ failures, end }) => failures > 0 || end === "retrying").length,
        retryAttempts: ran.reduce((sum, { failures }) => sum + failures, 0),
        recoveredAfterRetry: having("completed").filter(({ failures }) => failures > 0).length,
        exhausted: having("failed").filter(({ failures }) => failures > 0).length,
      });
      expect(facts.agents.total).toBe(1);
      expect(facts.backoffMs).toBe(scheduled * 20);
      expect(facts.savedMs).toBe(having("recovered").length * 100);
      const count = (code: string): number => facts.errors.find((error) => error.code === code)?.count ?? 0;
      expect([count("E"), count("F")]).toEqual([scheduled, having("failed").length]);
    }),
  );
});

test("a call that succeeds after a retry is a success, not half of one", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "demo_api");
  run.fail(call, {});
  run.retry(call, 1);
  run.again(call, 2);
  run.complete(call);
  expect(statistics(viewOf(run.items))).toMatchObject({ successRate: 1, retryRate: 1, calls: { total: 1, retryEvents: 1, retriedCalls: 1, retryAttempts: 1 } });
});

test("two calls that retry twice and once are two retried calls with three retries", () => {
  const run = runBuilder();
  for (const retries of [2, 1]) {
    const call = run.start("tool_call", `t${retries}`);
    for (let index = 0; index < retries; index += 1) {
      run.fail(call, {});
      run.retry(call, 1);
      run.again(call, index + 2);
    }
    run.complete(call);
  }
  expect(statistics(viewOf(run.items)).calls).toMatchObject({ retryEvents: 3, retriedCalls: 2, retryAttempts: 3 });
});

test("agents, groups and branches are not calls of the totals, and their time is not counted twice", () => {
  const run = runBuilder();
  const agent = run.start("agent_call", "root");
  const group = run.start("group", "pages", agent, { group: { size: 2, maxWorkers: 2 } });
  const branches = ["{0}", "{1}"].map((key) => run.start("branch", key, group));
  const tools = branches.map((branch) => run.start("tool_call", "fetch", branch));
  run.wait(1000);
  for (const call of [...tools, ...branches, group, agent]) run.complete(call);
  const facts = statistics(viewOf(run.items));
  expect(facts.calls.total).toBe(2);
  expect([facts.workMs, facts.elapsedMs, facts.parallelism]).toEqual([2000, 1000, 2]);
});

test("a reused group item or agent stands for what it did inside, as one call", () => {
  const run = runBuilder();
  const agent = run.recorded("agent_call", "root");
  const group = run.recorded("group", "pages", agent);
  for (const key of ["{0}", "{1}", "{2}"]) run.recover(run.recorded("branch", key, group), 50);
  run.recover(run.recorded("agent_call", "editor", agent), 70);
  expect(statistics(viewOf(run.items))).toMatchObject({ calls: { total: 4, recovered: 4 }, savedMs: 220, reuses: 4 });
});

test("a branch without a call inside is itself a call", () => {
  const run = runBuilder();
  const group = run.start("group", "sums", undefined, { group: { size: 1, maxWorkers: 1 } });
  const branch = run.start("branch", "{0}", group);
  run.wait(5);
  run.complete(branch);
  expect(statistics(viewOf(run.items)).calls).toMatchObject({ total: 1, ran: 1, completed: 1 });
});

test("calls that a new attempt of their parent replaced are counted apart, with all below them", () => {
  const run = runBuilder();
  const outer = run.start("agent_call", "outer");
  for (const attempt of [1, 2]) {
    if (attempt === 2) run.again(outer, 2, { opening: "retry" });
    const inner = run.start("agent_call", "inner", outer);
    const tool = run.start("tool_call", "fetch", inner);
    run[attempt === 1 ? "fail" : "complete"](tool, {});
  }
  const facts = statistics(viewOf(run.items));
  expect([facts.calls.total, facts.calls.failed, facts.replaced]).toEqual([1, 0, 2]);
  expect(facts.successRate).toBe(1);
});

test("nothing divided by nothing is undefined", () => {
  expect(statistics(viewOf([]))).toMatchObject({ successRate: undefined, retryRate: undefined, parallelism: undefined, elapsedMs: undefined });
});

test("the sample run comes out as counted by hand", () => {
  expect(statistics(viewOf(failedRun().items))).toMatchObject({
    status: "failed",
    elapsedMs: 14_061 - 2,
    calls: { total: 7, ran: 5, recovered: 2, completed: 6, failed: 1, retryEvents: 2, retriedCalls: 2, retryAttempts: 2, recoveredAfterRetry: 2 },
    workMs: 900 + 1500 + 3500 + 1300 + 6220 + 4380 + 59,
    backoffMs: 5000,
    savedMs: 3500,
    logs: { info: 0, warn: 1, error: 0 },
  });
});

test("the status is the last checkpoint's, unless something happened after it", () => {
  const run = runBuilder();
  const call = run.start("agent_call", "root");
  run.checkpoint("awaiting");
  expect(statistics(viewOf(run.items)).status).toBe("awaiting");
  const tool = run.start("tool_call", "fetch", call);
  expect(statistics(viewOf(run.items)).status).toBe("running");
  run.fail(tool, {}, { final: true });
  run.fail(call, {}, { final: true });
  expect(statistics(viewOf(run.items)).status).toBe("failed");
  expect(run.now()).toBe(startOfRun);
});

test("without a checkpoint, a run is awaiting where all that is open in it waits", () => {
  const run = runBuilder();
  const status = (): string => statistics(viewOf(run.items)).status;
  const root = run.start("agent_call", "root");
  const group = run.start("group", "each", root);
  const [first, second] = [run.start("branch", "{0}", group), run.start("branch", "{1}", group)];
  expect(status()).toBe("running");
  run.pause("wait_call", "approval", first);
  expect(status()).toBe("running");
  const sleep = run.pause("sleep_call", "sleep", second, { delayMs: 60_000 });
  expect(status()).toBe("awaiting");
  run.complete(sleep);
  expect(status()).toBe("running");
  run.complete(second);
  expect(status()).toBe("awaiting");
});

test("a reused wait or sleep is no call that was done, like one that was waited for here", () => {
  const run = runBuilder();
  const root = run.recorded("agent_call", "root");
  run.recover(run.recorded("tool_call", "fetch", root), 100);
  run.recover(run.recorded("wait_call", "approval", root), 0);
  run.complete(run.pause("sleep_call", "sleep", root));
  expect(statistics(viewOf(run.items)).calls).toMatchObject({ total: 1, recovered: 1, completed: 1 });
});
