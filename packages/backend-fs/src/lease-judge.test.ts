import { expect, test } from "vitest";
import { leaseJudge } from "./lease-judge.ts";
import type { Lease } from "./lease.ts";
import type { ProcessIdentity, Processes } from "./processes.ts";

const self: ProcessIdentity = { host: "here", boot: "b1", pidNamespace: "n1", pid: 10, started: "500", thread: 0 };
const processes: Processes = { self, find: (pid) => (pid === 10 ? { started: "500" } : undefined) };
const lease: Lease = {
  format: 1, epoch: 1, token: "t1", owner: "me", since: 0, process: { ...self, host: "there", boot: "b9" }, ttlMs: 1000, beat: 1, released: false, failed: false,
};

test("G13: a holder on another host is live until its beat has not changed for the time to live, on our clock", () => {
  let now = 5000;
  const judge = leaseJudge(processes, { monotonic: () => now }, new Set());
  expect(judge.stateOf("run-1", lease, 1000)).toBe("live");
  now += 999;
  expect(judge.stateOf("run-1", lease, 1000)).toBe("live");
  expect(judge.stateOf("run-1", { ...lease, beat: 2 }, 1000)).toBe("live");
  now += 999;
  expect(judge.stateOf("run-1", { ...lease, beat: 2 }, 1000)).toBe("live");
  now += 1;
  expect(judge.stateOf("run-1", { ...lease, beat: 2 }, 1000)).toBe("stale");
  expect(judge.stateOf("run-2", { ...lease, beat: 2 }, 1000)).toBe("live");
});

test("nobody is taken over sooner than the holder announced", () => {
  let now = 0;
  const judge = leaseJudge(processes, { monotonic: () => now }, new Set());
  judge.stateOf("run-1", lease, 10);
  now += 999;
  expect(judge.stateOf("run-1", lease, 10)).toBe("live");
  now += 1;
  expect(judge.stateOf("run-1", lease, 10)).toBe("stale");
});

test("a holder in this thread is live as long as its writer is", () => {
  const tokens = new Set(["t1"]);
  const judge = leaseJudge(processes, { monotonic: () => 0 }, tokens);
  const ours = { ...lease, process: self };
  expect(judge.stateOf("run-1", ours, 1000)).toBe("live");
  tokens.clear();
  expect(judge.stateOf("run-1", ours, 1000)).toBe("stale");
  // What a worker thread holds cannot be seen from here.
  expect(judge.stateOf("run-1", { ...ours, process: { ...self, thread: 1 } }, 1000)).toBe("live");
  expect(judge.stateOf("run-1", { ...ours, process: { ...self, pid: 11 } }, 1000)).toBe("stale");
  expect(judge.stateOf("run-1", { ...ours, released: true }, 1000)).toBe("none");
  expect(judge.stateOf("run-1", undefined, 1000)).toBe("none");
});
