// Defects of the system that came before, turned round: delays without bounds, and groups that count nothing.
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, statisticsOf, tool, type AgentContext, type GroupFailedError, type Reprise } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";
import { expect, test } from "vitest";
import { recordingSubscriber, virtualSystem } from "../../src/index.ts";
import { turns } from "../rules/support/world.ts";

function agentOf<Output>(run: (context: AgentContext) => Promise<Output>) {
  return agent({ name: "work", run: (_input: void, context) => run(context) });
}

/** What the code of `work` rejected with. */
async function thrownBy(run: (context: AgentContext) => Promise<unknown>, reprise: Reprise = createReprise()): Promise<unknown> {
  let thrown: unknown;
  await reprise.execute(agentOf(async (context) => { thrown = await run(context).then(() => undefined, (error: unknown) => error); }));
  return thrown;
}

test.each(["none", "full", "equal", "quarter"] as const)("defect-T37: with jitter %s no delay passes the cap, however many attempts there were", (jitter) => {
  const policy = retry({ maxAttempts: 10_000, maxDelayMs: 30_000, backoff: "exponential", jitter });
  for (const random of [0, 0.5, 1 - Number.EPSILON]) {
    for (const n of [1, 5, 31, 64, 1_024, 9_999]) {
      const delayMs = policy.delayBeforeRetry(n, random);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(30_000);
    }
  }
});

test("defect-T38: a group counts failures as failures: fail_fast fails, retries are tried, progress tells them apart", async () => {
  const system = virtualSystem();
  const heard = recordingSubscriber();
  const reprise = createReprise({ backend: memoryBackend({ system }), system, retry: retryProvider(), subscribers: [heard] });
  let calls = 0;
  const flaky = tool({ name: "flaky", retry: retry({ maxAttempts: 2, initialDelayMs: 1 }), run: () => { calls += 1; if (calls % 2 === 1) throw new Error("once"); return "ok"; } });
  expect(await system.runUntil(reprise.execute(agentOf((context) => context.map("retried", [undefined], flaky)), undefined, { stateId: "retried" }))).toMatchObject({ status: "completed", value: ["ok"] });
  expect(calls).toBe(2);

  const broken = tool({ name: "broken", retry: false, run: () => { throw new Error("broken"); } });
  let slowEnded = false;
  const outcome = await system.runUntil(
    reprise.execute(
      agentOf((context) => context.parallel("fast", [(own) => own.run(broken), async (own) => { await own.sleep(10_000); slowEnded = true; }], { errors: "fail_fast" })),
      undefined,
      { stateId: "fast" },
    ),
  );
  expect(outcome.status).toBe("failed");
  expect(slowEnded).toBe(false);
  expect(system.now()).toBeLessThan(10_000);
  expect(heard.of("group").filter(({ stateId }) => stateId === "fast").at(-1)).toMatchObject({ failed: 1, completed: 0 });
});

test("defect-T39: after any number of failures the healthy branches of a group still run", async () => {
  const pages = Array.from({ length: 30 }, (_, index) => index);
  const failure = await thrownBy((context) => context.map("pages", pages, (page) => { if (page < 20) throw new Error(`broken ${page}`); return page; }, { maxWorkers: 1 }));
  expect((failure as GroupFailedError).outcomes.map(({ ok }) => ok)).toEqual(pages.map((page) => page >= 20));
});

test("defect-T41: code that throws beside its group ends it: what has not begun never does, what is open is cancelled", async () => {
  const begun: number[] = [];
  const slow = tool({ name: "slow", run: (index: number, { signal }) => { begun.push(index); return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))); } });
  const work = agentOf(async (context) => {
    void context.map("pages", [0, 1, 2, 3, 4], slow, { maxWorkers: 2 }).catch(() => undefined);
    await turns(5);
    throw new Error("the body failed");
  });
  const reprise = createReprise({ backend: memoryBackend() });
  expect(await reprise.execute(work, undefined, { stateId: "run-1" })).toMatchObject({ status: "failed" });
  expect(begun).toEqual([0, 1]);
  const open = (await reprise.history("run-1")).calls().filter(({ endedAt }) => endedAt === undefined);
  expect(open).toEqual([]);
});

test("defect-T41: a group that runs out of time keeps what had ended", async () => {
  const system = virtualSystem();
  const sleeping = thrownBy((context) => context.map("pages", [1, 50], async (ms: number, own) => { await own.sleep(ms); return ms; }, { timeoutMs: 20 }), createReprise({ system }));
  expect(await system.runUntil(sleeping)).toMatchObject({ code: "TIMEOUT", outcomes: [{ ok: true, value: 1 }, { ok: false, error: { code: "CANCELLED" } }] });
});

test("defect-T42: what has ended is counted, live and from the record", async () => {
  const heard = recordingSubscriber();
  const reprise = createReprise({ backend: memoryBackend(), subscribers: [heard] });
  const double = tool({ name: "double", run: (value: number) => value * 2 });
  await reprise.execute(agentOf((context) => context.map("doubles", [1, 2, 3], double)), undefined, { stateId: "run-1" });
  expect(heard.of("group").at(-1)).toMatchObject({ size: 3, completed: 3, failed: 0 });
  expect(statisticsOf(await reprise.history("run-1")).calls).toMatchObject({ total: 3, completed: 3, successRate: 1 });
  const [event] = (await reprise.history("run-1")).events({ under: "work::doubles{1}::double::tool_call" });
  expect(event).toMatchObject({ address: "work::doubles{1}::double::tool_call" });
});
