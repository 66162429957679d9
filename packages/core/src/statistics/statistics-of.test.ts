import fc from "fast-check";
import { expect, test } from "vitest";
import { isRepriseError } from "../errors/reprise-error.ts";
import type { ExecutionEvent } from "../events/execution-event.ts";
import type { CallTally } from "./call-tally.ts";
import { statisticsOf } from "./statistics-of.ts";

// How to know that it works: the identities between the numbers hold for any events in any order; for well-formed stories
// the numbers are those the story was made from; and the examples of the documentation come out as counted by hand.

type Event = Omit<ExecutionEvent, "stateId" | "name">;

function eventsOf(events: readonly Omit<Event, "seq">[]): ExecutionEvent[] {
  return events.map((event, index) => ({ stateId: "run-1", name: "", seq: index + 1, ...event }));
}

/** Events of one call at the top, 10 ms apart. */
function callOf(call: number, statuses: readonly ExecutionEvent["status"][], extra: Partial<Event> = {}): Omit<Event, "seq">[] {
  let attempt = 0;
  return statuses.map((status, index) => {
    if (status === "started") attempt += 1;
    const common = { call, parent: undefined, address: `t${call}::tool_call`, type: "tool_call" as const, status, attempt, at: call * 1_000 + index * 10, ...extra };
    if (status === "retrying") return { ...common, delayMs: 10, dueAt: common.at + 10 };
    return status === "started" ? common : { ...common, executionTimeMs: 10 };
  });
}

const anyEvent = fc.record({
  call: fc.integer({ min: 1, max: 6 }),
  parent: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  address: fc.constantFrom("a::agent_call", "a::b::tool_call", "a::g::group", "a::g{0}::branch"),
  type: fc.constantFrom("agent_call" as const, "tool_call" as const, "llm_call" as const, "group" as const, "branch" as const),
  status: fc.constantFrom("started" as const, "completed" as const, "failed" as const, "retrying" as const, "cancelled" as const, "interrupted" as const),
  attempt: fc.integer({ min: 1, max: 9 }),
  at: fc.nat(1_000),
  executionTimeMs: fc.nat(100),
  delayMs: fc.nat(100),
});

function identitiesHold(tally: CallTally): void {
  expect(tally.completed + tally.failed + tally.cancelled + tally.running + tally.retrying + tally.interrupted).toBe(tally.total);
  expect(tally.recoveredAfterRetry + tally.exhausted + tally.cancelledAfterRetry + tally.openAfterRetry).toBe(tally.retriedCalls);
  expect(tally.retryAttempts).toBeLessThanOrEqual(tally.retryEvents);
  expect(tally.retriedCalls).toBeLessThanOrEqual(Math.min(tally.total, tally.retryEvents));
  expect(tally.exhausted).toBeLessThanOrEqual(tally.failed);
  expect(tally.recoveredAfterRetry).toBeLessThanOrEqual(tally.completed);
  expect(tally.successRate === undefined).toBe(tally.completed + tally.failed === 0);
  expect(tally.retryRate === undefined).toBe(tally.total === 0);
  for (const rate of [tally.successRate ?? 0, tally.retryRate ?? 0]) expect(rate >= 0 && rate <= 1).toBe(true);
}

test("S9: the identities of the statistics hold for any events", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const statistics = statisticsOf(eventsOf(events));
      identitiesHold(statistics.calls);
      identitiesHold(statistics.agents);
      expect(statistics.slowest.length).toBeLessThanOrEqual(Math.min(3, statistics.calls.total));
    }),
  );
});

const anyStory = fc.record({ failures: fc.nat(4), end: fc.constantFrom("completed", "failed", "cancelled", "interrupted", "running", "retrying") });

test("S9: the statistics of well-formed calls are those of the stories they were made from", () => {
  fc.assert(
    fc.property(fc.array(anyStory, { maxLength: 10 }), (stories) => {
      const events = stories.flatMap(({ failures, end }, index) => {
        const tries = Array.from({ length: failures }, () => ["started", "failed", "retrying"] as const).flat();
        const last: Record<string, readonly ExecutionEvent["status"][]> = {
          completed: ["started", "completed"],
          failed: ["started", "failed"],
          cancelled: ["started", "cancelled"],
          // Interrupted, resumed, and interrupted again: two attempts, no failure.
          interrupted: ["started", "interrupted", "started", "interrupted"],
          running: ["started"],
          retrying: ["started", "failed", "retrying"],
        };
        return callOf(index + 1, [...tries, ...(last[end] ?? [])]);
      });
      const ended = (...ends: readonly string[]): (typeof stories)[number][] => stories.filter(({ end }) => ends.includes(end));
      const retried = (list: typeof stories): number => list.filter(({ failures, end }) => failures > 0 || end === "retrying").length;
      const scheduled = stories.reduce((sum, { failures, end }) => sum + failures + (end === "retrying" ? 1 : 0), 0);
      const attempts = stories.reduce((sum, { failures, end }) => sum + failures + (end === "running" ? 0 : end === "interrupted" ? 2 : 1), 0);
      expect(statisticsOf(eventsOf(events)).calls).toEqual({
        total: stories.length,
        completed: ended("completed").length,
        failed: ended("failed").length,
        cancelled: ended("cancelled").length,
        running: ended("running").length,
        retrying: ended("retrying").length,
        interrupted: ended("interrupted").length,
        retryEvents: scheduled,
        retriedCalls: retried(stories),
        retryAttempts: stories.reduce((sum, { failures }) => sum + failures, 0),
        recoveredAfterRetry: retried(ended("completed")),
        exhausted: retried(ended("failed")),
        cancelledAfterRetry: retried(ended("cancelled")),
        openAfterRetry: retried(ended("running", "retrying", "interrupted")),
        successRate: ended("completed", "failed").length === 0 ? undefined : ended("completed").length / ended("completed", "failed").length,
        retryRate: stories.length === 0 ? undefined : retried(stories) / stories.length,
        workMs: attempts * 10,
        backoffMs: scheduled * 10,
      });
    }),
  );
});

test("S9: a call that fails once and then completes is one success, with one retry event, one retried call and one retry attempt", () => {
  const { calls, agents, elapsedMs, slowest } = statisticsOf(eventsOf(callOf(1, ["started", "failed", "retrying", "started", "completed"])));
  expect(calls).toMatchObject({ total: 1, retryEvents: 1, retriedCalls: 1, retryAttempts: 1, recoveredAfterRetry: 1, exhausted: 0, successRate: 1, retryRate: 1 });
  expect([agents.total, elapsedMs, slowest.map((call) => [call.address, call.spentMs, call.workMs])]).toEqual([0, 40, [["t1::tool_call", 30, 20]]]);
});

test("S9: agents, groups and branches with calls are not calls of the totals; a branch that did the work itself is", () => {
  const at = { attempt: 1, at: 0, status: "completed" as const };
  const events = eventsOf([
    { ...at, call: 1, parent: undefined, address: "a::agent_call", type: "agent_call" },
    { ...at, call: 2, parent: 1, address: "a::g::group", type: "group" },
    { ...at, call: 3, parent: 2, address: "a::g{0}::branch", type: "branch" },
    { ...at, call: 4, parent: 3, address: "a::g{0}::t::tool_call", type: "tool_call" },
    { ...at, call: 5, parent: 2, address: "a::g{1}::branch", type: "branch" },
  ]);
  expect(statisticsOf(events)).toMatchObject({ calls: { total: 2, completed: 2 }, agents: { total: 1 } });
});

test("S9: what a new attempt of its parent made again is counted apart, with all below it", () => {
  const at = { attempt: 1, at: 0, status: "failed" as const };
  const events = eventsOf([
    { ...at, call: 1, parent: undefined, address: "a::agent_call", type: "agent_call" },
    { ...at, call: 2, parent: 1, address: "a::b::agent_call", type: "agent_call" },
    { ...at, call: 3, parent: 2, address: "a::b::t::tool_call", type: "tool_call" },
    { ...at, call: 4, parent: 1, address: "a::b::agent_call", type: "agent_call" },
    { ...at, call: 5, parent: 4, address: "a::b::t::tool_call", type: "tool_call", status: "completed" },
  ]);
  expect(statisticsOf(events)).toMatchObject({ replaced: 2, calls: { total: 1, completed: 1, successRate: 1 }, agents: { total: 2 } });
});

test("S9: the slowest calls come first, as many as asked for, and nothing divided by nothing is undefined", () => {
  const events = eventsOf([...callOf(1, ["started", "completed"]), ...callOf(2, ["started", "failed", "retrying", "started", "completed"]), ...callOf(3, ["started"])]);
  expect(statisticsOf(events).slowest.map(({ call }) => call)).toEqual([2, 1]);
  expect(statisticsOf(events, { slowest: 1 }).slowest.map(({ call }) => call)).toEqual([2]);
  expect(statisticsOf([])).toMatchObject({ elapsedMs: undefined, calls: { successRate: undefined, retryRate: undefined }, slowest: [] });
});

test.each([
  [[undefined], "source"],
  [[{}], "source"],
  [[[], { slowest: -1 }], "slowest"],
  [[[], null], "options"],
])("S9: bad arguments are refused by name: %j", (given, path) => {
  let refusal: unknown;
  try {
    statisticsOf(...(given as Parameters<typeof statisticsOf>));
  } catch (error) {
    refusal = error;
  }
  expect(isRepriseError(refusal, "INVALID_OPTION")).toBe(true);
  expect(refusal).toMatchObject({ path });
});
