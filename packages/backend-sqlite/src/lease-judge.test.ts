import { expect, test } from "vitest";
import { leaseJudge } from "./lease-judge.ts";
import type { Lease } from "./lease.ts";
import type { ProcessIdentity, Processes } from "./processes.ts";

const self: ProcessIdentity = { boot: "b1", pidNamespace: "n1", pid: 10, started: "500", thread: 0 };
const processes: Processes = { self, find: (pid) => (pid === 10 ? { started: "500" } : undefined) };
const elsewhere: Lease = { token: "t1", owner: "me", since: 0, holder: { ...self, pidNamespace: "n2" }, ttlMs: 1000, beat: 1 };

test("G13: a holder that cannot be seen is live until its beat has not changed for the time to live, on our clock", () => {
  let now = 5000;
  const judge = leaseJudge(processes, { monotonic: () => now }, new Set());
  expect(judge.stateOf(1, elsewhere, 1000)).toBe("live");
  now += 999;
  expect(judge.stateOf(1, elsewhere, 1000)).toBe("live");
  expect(judge.stateOf(1, { ...elsewhere, beat: 2 }, 1000)).toBe("live");
  now += 999;
  expect(judge.stateOf(1, { ...elsewhere, beat: 2 }, 1000)).toBe("live");
  now += 1;
  expect(judge.stateOf(1, { ...elsewhere, beat: 2 }, 1000)).toBe("stale");
  expect(judge.stateOf(2, { ...elsewhere, beat: 2 }, 1000)).toBe("live");
});

test("G13: nobody is taken over sooner than the holder announced, nor for a process that makes no sense", () => {
  let now = 0;
  const judge = leaseJudge(processes, { monotonic: () => now }, new Set());
  const unreadable = { ...elsewhere, holder: undefined };
  for (const lease of [elsewhere, unreadable]) judge.stateOf(lease === elsewhere ? 1 : 2, lease, 10);
  now += 999;
  expect([judge.stateOf(1, elsewhere, 10), judge.stateOf(2, unreadable, 10)]).toEqual(["live", "live"]);
  now += 1;
  expect([judge.stateOf(1, elsewhere, 10), judge.stateOf(2, unreadable, 10)]).toEqual(["stale", "stale"]);
});

test("a holder in this thread is live as long as its writer is", () => {
  const tokens = new Set(["t1"]);
  const judge = leaseJudge(processes, { monotonic: () => 0 }, tokens);
  const ours = { ...elsewhere, holder: self };
  expect(judge.stateOf(1, ours, 1000)).toBe("live");
  tokens.clear();
  expect(judge.stateOf(1, ours, 1000)).toBe("stale");
  // What a worker thread holds shows by its beat only.
  expect(judge.stateOf(1, { ...ours, holder: { ...self, thread: 1 } }, 1000)).toBe("live");
  expect(judge.stateOf(1, { ...ours, holder: { ...self, pid: 11 } }, 1000)).toBe("stale");
  expect(judge.stateOf(1, undefined, 1000)).toBe("none");
});
