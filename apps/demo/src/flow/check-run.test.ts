import type { JobState } from "@reprise/flow";
import { expect, test } from "vitest";
import { checkRun, type FlowFacts } from "./check-run.ts";

const delays = [300, 450, 675, 1012.5];
const entry = (host: string, routine: string, attempt: number) => ({ host, routine, attempt, at: attempt === 3 ? 1_000 : 0 });
const state = (retries: number, failures: number, failing: string, success: string, status: string): JobState =>
  ({
    status,
    routines: { failing: { status: failing, retries }, success: { status: success } },
    history: [
      ...Array.from({ length: failures }, () => ({ routine: "failing", event: "failed" })),
      ...delays.slice(0, retries).map((delay) => ({ routine: "failing", event: "retrying", at: 10, dueAt: 10 + delay })),
    ],
  }) as unknown as JobState;

const good: FlowFacts = {
  dueAt: 1_000,
  tally: [entry("A", "long_running", 1), entry("A", "failing", 1), entry("A", "failing", 2), entry("B", "failing", 3), entry("B", "failing", 4), entry("B", "failing", 5)],
  state: state(4, 5, "failed", "pending", "failed"),
};
const counter: FlowFacts = { dueAt: 1_000, tally: [...good.tally.slice(0, 5), entry("B", "success", 1)], state: state(3, 3, "completed", "completed", "completed") };
const wrong = (facts: FlowFacts, succeedsAt: 4 | null = null): string[] => checkRun(facts, succeedsAt).flatMap(({ ok, what }) => (ok ? [] : [what]));

test("F5: a job that went as it must passes every check, and so does the counter-case", () => {
  expect(wrong(good)).toEqual([]);
  expect(wrong(counter, 4)).toEqual([]);
});

// What a broken recovery looks like: each has been seen in systems that printed a tick.
test.each<readonly [string, FlowFacts, string]>([
  ["host A goes on", { ...good, tally: [...good.tally, entry("A", "failing", 3)] }, "attempts of failing on host A"],
  ["host B begins with attempt 1", { ...good, tally: [...good.tally.slice(0, 3), entry("B", "failing", 1), entry("B", "failing", 2), entry("B", "failing", 3)] }, "attempts of failing on host B"],
  ["host B makes no attempt at all", { ...good, tally: good.tally.slice(0, 3) }, "attempts of failing on host B"],
  ["long_running runs again", { ...good, tally: [...good.tally, entry("B", "long_running", 1)] }, "runs of long_running on A and B"],
  ["success runs although failing failed", { ...good, tally: [...good.tally, entry("B", "success", 1)] }, "runs of success on A and B"],
  ["what was left of the delay is lost", { ...good, dueAt: 1_450 }, "attempt 3 waited until it was due"],
  ["the last failure is recorded twice", { ...good, state: state(4, 6, "failed", "pending", "failed") }, "failed attempts in the history"],
  ["the retry count is lost", { ...good, state: state(2, 5, "failed", "pending", "failed") }, "retry count"],
  ["the job says it completed", { ...good, state: state(4, 5, "failed", "pending", "completed") }, "status of the job"],
])("F5: %s, and the check sees it", (_, facts, what) => {
  expect(wrong(facts)).toContain(what);
});

test("F5: in the counter-case success must run, once", () => {
  expect(wrong({ ...counter, tally: counter.tally.slice(0, 5) }, 4)).toContain("runs of success on A and B");
  expect(wrong(good, 4)).toContain("status of the job");
});
