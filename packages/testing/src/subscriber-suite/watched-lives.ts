import { agent, llm, tool, type ExecutionOutcome, type Reprise, type RepriseOptions } from "@reprise/core";
import type { RetryPolicy } from "@reprise/core/spi";
import { flaky } from "../fixtures/flaky.ts";

/** What a life is lived with. */
export interface LifeTools {
  /** A new process. */
  start(options?: Partial<RepriseOptions>): Reprise;
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
}

/** Something that runs go through, for somebody to watch. */
export interface WatchedLife {
  readonly name: string;
  /** Gives how it ended: plain data, the same each time. */
  run(tools: LifeTools): Promise<readonly unknown[]>;
}

const stateId = "watched";
const strange = [
  "", " ", "a\nb\r\nc\ttab", "\u001b[2J\u001b]0;title\u0007", "\u202Eright to left", "👩‍👩‍👧‍👦 and é", "漢字", "\ud800 alone", "x".repeat(20_000), "</script><b>&amp;", "__proto__",
];

const echo = tool({ name: "echo", run: (text: string) => text });
const think = llm({ name: "think", run: (text: string) => ({ text, tokens: text.length }) });
const refuse = tool({ name: "refuse", run: (): never => {
  throw Object.assign(new Error("no\nwith a second line", { cause: new TypeError("inner") }), { code: "E_NO", status: 503 });
} });
const work = agent({
  name: "work",
  run: async (topic: string, context) => {
    context.log("begins", { topic });
    const parts = await context.map("parts", [topic, `${topic}!`, ""], echo, { maxWorkers: 2 });
    context.storage.set("parts", parts);
    await context.run(think, topic);
    return parts.join("|");
  },
});

const patient: RetryPolicy = {
  config: { attempts: 3 },
  maxAttempts: 3,
  decide: ({ failures }) => (failures < 3 ? { retry: true, delayMs: 500 } : { retry: false, reason: "exhausted" }),
};

const endOf = (outcome: ExecutionOutcome<unknown>): unknown => ({
  status: outcome.status,
  ...(outcome.status === "completed" && { value: outcome.value }),
  ...(outcome.status === "failed" && { message: outcome.error.message }),
});

/** Lives of every kind. */
export const watchedLives: readonly WatchedLife[] = [
  { name: "a run that completes, and again when all of it is known", run: async ({ start }) => [endOf(await start().execute(work, "rain", { stateId })), endOf(await start().execute(work, "rain", { stateId }))] },
  {
    name: "a run that fails, with causes, and one that comes through at last",
    run: async ({ start }) => {
      const failing = agent({ name: "failing", run: (_: void, context) => context.run(refuse, undefined) });
      const trying = agent({ name: "trying", run: (_: void, context) => context.run(flaky(2, { name: "unsteady", retry: patient }), 1) });
      return [endOf(await start().execute(failing, undefined, { stateId })), endOf(await start().resume(failing, stateId)), endOf(await start().execute(trying, undefined, { stateId: "trying" }))];
    },
  },
  {
    name: "a run that waits for an answer, is told a wrong one and goes on in another process",
    run: async ({ start }) => {
      const asking = agent({ name: "asking", run: async (_: void, context) => `${String(await context.waitFor("approval", { prompt: "may it?\nreally?" }))} ${String(await context.sleep(60_000))}` });
      const first = start({ suspendAfterMs: 1 });
      const waiting = endOf(await first.execute(asking, undefined, { stateId }));
      const second = start({ suspendAfterMs: 120_000 });
      await second.answer(stateId, "nobody", "early");
      await second.answer(stateId, "approval", "yes");
      return [waiting, endOf(await second.resume(asking, stateId))];
    },
  },
  {
    name: "a run that is interrupted, paused and resumed",
    run: async ({ start, advance }) => {
      const slow = agent({ name: "slow", run: async (_: void, context) => { await context.sleep(5_000); return context.run(echo, "done"); } });
      const ends: unknown[] = [];
      for (const verb of ["interrupt", "pause"] as const) {
        const reprise = start();
        const running = reprise.execute(slow, undefined, { stateId });
        await advance(100);
        await reprise[verb](stateId);
        ends.push(endOf(await running));
      }
      return [...ends, endOf(await start().resume(slow, stateId))];
    },
  },
  {
    name: "a run whose texts and values are strange",
    run: async ({ start }) => {
      const values = [...strange, null, undefined, Number.NaN, 10n ** 30n, new Date(0), new Map([["k", new Set([1])]]), new Uint8Array([0, 255]), { deep: { deeper: [[[[1]]]] } }];
      const odd = tool({ name: "an odd näme, 漢字 👩‍👩‍👧", run: (value: unknown) => value });
      const mixed = agent({
        name: "mixed",
        run: async (_: void, context) => {
          for (const [index, value] of values.entries()) {
            await context.run(odd, value, { key: `${index}` });
            context.log(typeof value === "string" ? value : "a value", { value });
          }
          return values.length;
        },
      });
      return [endOf(await start().execute(mixed, undefined, { stateId }))];
    },
  },
  {
    name: "a run that is taken back and forked",
    run: async ({ start }) => {
      const reprise = start();
      const first = endOf(await reprise.execute(work, "rain", { stateId }));
      await reprise.fork(stateId, { stateId: "forked", pin: { "work::think::llm_call": { text: "pinned", tokens: 0 } } });
      const forked = endOf(await reprise.resume(work, "forked"));
      await reprise.rewind(stateId, { address: "work::think::llm_call" });
      return [first, forked, endOf(await reprise.resume(work, stateId))];
    },
  },
];
