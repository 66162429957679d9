import fc from "fast-check";
import { expect, test } from "vitest";
import { anyMessages } from "../../test/arbitraries.ts";
import { runBuilder, startOfRun } from "../../test/run-builder.ts";
import { durationOf } from "./apply-event.ts";
import { ancestorsOf, childrenOf, topOfRun, type CallView, type RunView } from "./run-view.ts";
import { viewOf } from "./view-of.ts";

const at = (view: RunView, call: number): CallView => {
  const found = view.calls.get(call);
  if (found === undefined) throw new Error(`no call ${call}`);
  return found;
};
const names = (view: RunView, parent: number): readonly string[] => childrenOf(view, parent).map(({ scope }) => scope);

test("H1: a call with one failure is one call with two attempts, and its time includes the delay", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "fetch", undefined, { maxAttempts: 5 });
  run.wait(100);
  run.fail(call, { code: "RATE_LIMITED", message: "slow down" });
  run.retry(call, 1000);
  run.wait(1000);
  run.again(call, 2, { maxAttempts: 5 });
  run.wait(400);
  run.complete(call);
  expect(at(viewOf(run.items), call.call)).toMatchObject({
    status: "completed", attempt: 2, maxAttempts: 5, spentMs: 1500, workMs: 500, backoffMs: 1000,
    retryEvents: 1, retryAttempts: 1, failures: ["RATE_LIMITED"], error: undefined,
  });
});

test("T4: time in which no process was there to wait is not counted as spent", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "fetch");
  run.wait(100);
  run.fail(call, {});
  run.retry(call, 1000);
  run.wait(3_600_000);
  run.again(call, 2);
  run.wait(50);
  run.complete(call);
  expect(at(viewOf(run.items), call.call).spentMs).toBe(1150);
});

test("a call cancelled while it waits for its next attempt has taken its attempt and the wait, each once", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "fetch");
  run.wait(100);
  run.fail(call, {});
  run.retry(call, 1000);
  run.wait(300);
  run.cancel(call, "interrupted");
  expect(at(viewOf(run.items), call.call)).toMatchObject({ status: "cancelled", spentMs: 400, workMs: 100 });
});

test("what still runs or waits has taken as long as until now", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "fetch");
  run.wait(100);
  expect(durationOf(at(viewOf(run.items), call.call), startOfRun + 250)).toBe(250);
  run.fail(call, {});
  run.retry(call, 5000);
  expect(durationOf(at(viewOf(run.items), call.call), startOfRun + 1100)).toBe(1100);
});

test("R1: a reused call is known by its notice alone", () => {
  const run = runBuilder();
  const agent = run.start("agent_call", "writer");
  const plan = run.recorded("llm_call", "plan", agent);
  run.recover(plan, 2100, { attempts: 2, inputChanged: true });
  expect(at(viewOf(run.items), plan.call)).toMatchObject({ source: "recovered", status: "completed", attempt: 2, savedMs: 2100, reuses: 1, inputChanged: true });
});

test("T7: a call that ran here and is reused by a later attempt of its parent still is one that ran", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "fetch");
  run.wait(10);
  run.complete(call);
  run.recover(call, 10);
  expect(at(viewOf(run.items), call.call)).toMatchObject({ source: "ran", reuses: 1, savedMs: 10 });
});

test("R3: agents that were re-entered silently are filled in from the addresses of their children, in their places", () => {
  const run = runBuilder();
  const report = run.recorded("agent_call", "report");
  const writer = run.recorded("agent_call", "writer", report);
  const pages = run.recorded("group", "pages", writer);
  const branch = run.recorded("branch", "{0}", pages);
  const fetch = run.start("tool_call", "fetch", branch);
  const plan = run.recorded("llm_call", "plan", report);
  const view = viewOf(run.items);
  // Nothing of the calls around the branch is known by number yet.
  expect(ancestorsOf(view, at(view, fetch.call)).map(({ type, source }) => [type, source])).toEqual([["branch", "implied"]]);
  run.recover(plan, 5);
  run.recover(run.recorded("branch", "{1}", pages), 5);
  run.recover(run.recorded("tool_call", "check", writer), 5);
  const later = viewOf(run.items);
  expect(ancestorsOf(later, at(later, fetch.call)).map(({ scope }) => scope)).toEqual(["report::writer::pages{0}", "report::writer::pages", "report::writer", "report"]);
  expect(names(later, topOfRun)).toEqual(["report"]);
});

test("a call that was filled in takes its own place and facts when its own event comes", () => {
  const run = runBuilder();
  const outer = run.recorded("agent_call", "outer");
  const inner = run.recorded("agent_call", "inner", outer);
  run.recover(run.recorded("tool_call", "fetch", inner), 5);
  run.complete(inner, { executionTimeMs: 70 });
  const view = viewOf(run.items);
  expect(names(view, topOfRun)).toEqual(["outer"]);
  expect(names(view, outer.call)).toEqual(["outer::inner"]);
  expect(at(view, inner.call)).toMatchObject({ source: "ran", status: "completed", spentMs: 70 });
});

test("a call whose address a later attempt of its parent uses again is replaced", () => {
  const run = runBuilder();
  const agent = run.start("agent_call", "writer");
  const first = run.start("tool_call", "fetch", agent);
  run.fail(first, { message: "boom" });
  run.fail(agent, { message: "bad plan" });
  run.retry(agent, 0);
  run.again(agent, 2, { opening: "retry" });
  const second = run.start("tool_call", "fetch", agent);
  run.complete(second);
  const view = viewOf(run.items);
  expect([at(view, first.call).replaced, at(view, second.call).replaced]).toEqual([true, false]);
});

test("a failure that only passes on a child's is explained by it and not counted again", () => {
  const run = runBuilder();
  const agent = run.start("agent_call", "writer");
  const tool = run.start("tool_call", "publish", agent);
  const cause = { name: "CmsError", code: "FORBIDDEN", message: "no access" };
  run.fail(tool, cause, { final: true });
  run.fail(agent, { name: "AggregateError", message: "1 of 3 failed", errors: [{ name: "ActorFailedError", message: "publish failed", cause }] });
  expect(at(viewOf(run.items), agent.call)).toMatchObject({ explained: true, failures: [] });
  const other = runBuilder();
  const alone = other.start("agent_call", "writer");
  other.fail(other.start("tool_call", "publish", alone), { message: "caught" });
  other.fail(alone, { message: "something else", code: "OWN" });
  expect(at(viewOf(other.items), alone.call)).toMatchObject({ explained: false, failures: ["OWN"] });
});

test("the same events twice give the same view as once", () => {
  const run = runBuilder();
  const call = run.start("tool_call", "fetch");
  run.fail(call, {});
  run.retry(call, 10);
  run.again(call, 2);
  run.complete(call);
  expect(viewOf([...run.items, ...run.items])).toEqual(viewOf(run.items));
});

test("topics of a later version are passed over", () => {
  const fromLater: unknown = { topic: "weather", message: "fine" };
  expect(viewOf([fromLater as never]).calls.size).toBe(0);
});

test("for any messages every call is listed once, below a parent that is older, and is reached from the top", () => {
  fc.assert(
    fc.property(anyMessages, (messages) => {
      const view = viewOf(messages);
      const reached: number[] = [];
      const visit = (parent: number): void => {
        for (const child of childrenOf(view, parent)) {
          expect(child.parent ?? topOfRun).toBe(parent);
          expect(child.call).toBeGreaterThan(parent);
          reached.push(child.call);
          visit(child.call);
        }
      };
      visit(topOfRun);
      expect(reached.toSorted((a, b) => a - b)).toEqual([...view.calls.keys()].toSorted((a, b) => a - b));
    }),
  );
});
