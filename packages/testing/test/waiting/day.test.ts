// A day of a run: whatever it sleeps, retries and runs out of, nothing of it is left.
import { agent, createReprise, tool, type AgentContext } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { retry, retryProvider } from "@reprise/retry";
import { expect, test } from "vitest";
import { virtualSystem } from "../../src/index.ts";

const hourMs = 3_600_000;

/** An abort signal that counts who listens to it. */
function countedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  Object.assign(signal, {
    addEventListener: (...given: Parameters<typeof add>) => { listeners.add(given[1]); add(...given); },
    removeEventListener: (...given: Parameters<typeof remove>) => { listeners.delete(given[1]); remove(...given); },
  });
  return { controller, signal, listeners };
}

test("I2, I5, T5, T6: 24 hours of timers, limits and retries leave no timer, no turn and no listener, whether the run ends or is interrupted", async () => {
  const system = virtualSystem();
  const backend = memoryBackend({ system });
  let asked = 0;
  const reprise = createReprise({ backend, system, retry: retryProvider(), suspendAfterMs: Number.POSITIVE_INFINITY });
  const listening = { most: 0, now: 0 };
  const flaky = tool({
    name: "flaky",
    retry: retry({ maxAttempts: 4, backoff: "constant", initialDelayMs: 60_000, jitter: "none" }),
    run: (_: number, { attempt }) => { if (attempt < 3) throw new Error("not yet"); return attempt; },
  });
  const late = tool({
    name: "late",
    attemptTimeoutMs: 5_000,
    retry: retry({ maxAttempts: 2, backoff: "constant", initialDelayMs: 1_000, jitter: "none" }),
    run: (_: number, { signal }) => new Promise((_resolve, reject) => {
      listening.now += 1;
      listening.most = Math.max(listening.most, listening.now);
      signal.addEventListener("abort", () => { listening.now -= 1; reject(signal.reason as Error); }, { once: true });
    }),
  });
  const hour = async (context: AgentContext, number: number, since: number): Promise<void> => {
    await context.run(flaky, number, { key: `${number}` });
    await context.try(late, number, { key: `${number}` });
    await Promise.race([context.sleep(10 * 60_000), context.waitFor("never", { key: `${number}`, timeoutMs: 20 * 60_000, default: null })]);
    await context.sleep(Math.max(0, since + (number + 1) * hourMs - context.now()));
  };
  const day = agent({
    name: "day",
    run: async (_input: void, context) => {
      const since = context.now();
      for (let number = 0; number < 24; number += 1) await context.run(agent({ name: "hour", timeoutMs: hourMs * 2, run: (__: number, inner) => hour(inner, number, since) }), number, { key: `${number}` });
      return context.now() - since;
    },
  });
  const { signal, listeners } = countedSignal();
  const checker = (): boolean => { asked += 1; return false; };
  const outcome = await system.runUntil(reprise.execute(day, undefined, { stateId: "whole", signal, deadlineMs: 30 * hourMs }));
  expect(outcome).toMatchObject({ status: "completed", value: 24 * hourMs });
  expect([system.pending, listeners.size, listening]).toEqual([{ turns: 0, timers: 0 }, 0, { most: 1, now: 0 }]);

  const interrupted = await system.runUntil(reprise.execute(day, undefined, { stateId: "half", signal, deadlineMs: 6.2 * hourMs, interruptChecker: checker }));
  expect(interrupted.status).toBe("interrupted");
  expect(asked).toBe(6.2 * 36_000);
  expect([system.pending, listeners.size, listening.now]).toEqual([{ turns: 0, timers: 0 }, 0, 0]);
  await system.runUntil(reprise.close());
  expect(system.pending).toEqual({ turns: 0, timers: 0 });
}, 120_000);
