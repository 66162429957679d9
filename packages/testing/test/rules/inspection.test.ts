import { agent, createReprise, isRepriseError, statisticsOf, tool, type Actor } from "@reprise/core";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { flaky } from "../../src/index.ts";
import { bothBackends } from "./support/both-backends.ts";
import { crashPoint, createWorld, stateId } from "./support/world.ts";

// How to know that it works: runs with calls of every kind and fate are queried and counted, live and after another process
// has read them from its disk, and both give what was counted by hand.

const quick = retry({ maxAttempts: 3, initialDelayMs: 0, jitter: "none" });

/** Four leaves that complete (one with its third attempt), one that is exhausted, in an agent and a group. */
function report(): Actor<void, unknown> {
  const fetch = tool({ name: "fetch", run: (page: number) => `page ${page}` });
  const busy = flaky(2, { name: "busy", retry: quick });
  const broken = tool({ name: "broken", retry: quick, run: (): string => { throw new Error("no"); } });
  return agent({
    name: "report",
    run: async (_: void, context) => {
      await context.map("pages", [1, 2], fetch);
      await context.run(busy, "x");
      await context.try(broken);
      return context.run(fetch, 3, { key: "last" });
    },
  });
}

describe.each(bothBackends)("S9: queries and statistics, %s", (_, open) => {
  test("S9: calls and events are found by status, actor, type and place, live and loaded", async () => {
    const world = createWorld(await open());
    const outcome = await world.begin().reprise.execute(report(), undefined, { stateId });
    expect(outcome).toMatchObject({ status: "completed" });
    const { history, close } = await world.begin().reprise.load(stateId).then((state) => ({ history: state.history, close: () => state.close() }));
    const addresses = (query: Parameters<typeof history.calls>[0]): string[] => history.calls(query).map((call) => call.address);
    expect(addresses({ status: "failed" })).toEqual(["report::broken::tool_call"]);
    expect(addresses({ actor: "fetch" })).toEqual(["report::pages{0}::fetch::tool_call", "report::pages{1}::fetch::tool_call", "report::fetch[last]::tool_call"]);
    expect(addresses({ under: "report::pages::group", type: ["tool_call"] })).toEqual(["report::pages{0}::fetch::tool_call", "report::pages{1}::fetch::tool_call"]);
    expect(addresses({ under: "report", type: "tool_call", limit: 1 })).toEqual(["report::pages{0}::fetch::tool_call"]);
    expect(history.events({ status: "retrying" }).map(({ address, attempt }) => [address, attempt])).toEqual([
      ["report::busy::tool_call", 1],
      ["report::busy::tool_call", 2],
      ["report::broken::tool_call", 1],
      ["report::broken::tool_call", 2],
    ]);
    const [first] = history.events({ actor: "busy" });
    expect(history.events({ actor: "busy", from: (first?.seq ?? 0) + 1 })).toHaveLength(history.events({ actor: "busy" }).length - 1);
    expect(history.calls({ since: Date.now() + 60_000 })).toEqual([]);
    expect(isRepriseError(refused(() => history.calls({ limit: 0 })), "INVALID_OPTION")).toBe(true);
    await close();
  });

  test("S9: the statistics of a run are those counted by hand, live and after a restore", async () => {
    const world = createWorld(await open());
    const life = world.begin();
    await life.reprise.execute(report(), undefined, { stateId });
    const live = statisticsOf(life.heard.of("event"));
    expect(live.calls).toMatchObject({ total: 5, completed: 4, failed: 1, retryEvents: 4, retriedCalls: 2, retryAttempts: 4, recoveredAfterRetry: 1, exhausted: 1, openAfterRetry: 0, successRate: 0.8, retryRate: 0.4 });
    expect(live.agents).toMatchObject({ total: 1, completed: 1 });
    const state = await world.begin().reprise.load(stateId);
    expect(statisticsOf(state.history)).toEqual(live);
    await state.close();
  });

  test("S9: a call that was in an attempt at a crash counts as running, and as completed once the run was resumed", async () => {
    const world = createWorld(await open());
    const point = crashPoint(world.disk);
    const once = flaky(1, { name: "once", retry: quick });
    const work = agent({ name: "work", run: async (_: void, context) => { await context.run(once, 1); return context.run(point.actor, 2); } });
    await world.runUntilCrash(work, undefined, point);
    const crashed = createReprise({ backend: world.disk });
    const state = await crashed.load(stateId);
    expect(statisticsOf(state.history).calls).toMatchObject({ total: 2, completed: 1, running: 1, recoveredAfterRetry: 1 });
    await state.close();
    const { reprise } = await world.resume(work);
    const resumed = await reprise.load(stateId);
    expect(statisticsOf(resumed.history).calls).toMatchObject({ total: 2, completed: 2, retryEvents: 1, retryAttempts: 1, successRate: 1 });
    await resumed.close();
  });
});

function refused(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to throw");
}
