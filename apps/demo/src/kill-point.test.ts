import type { ExecutionEvent, GroupNotice, RunFeed, Topics } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { killSwitch, type KillPoint } from "./kill-point.ts";

/** Ten writes, after the fifth of which half of the packages are asked for: where does it kill? */
function killsAt(point: KillPoint | undefined): number[] {
  const kills: number[] = [];
  const { acknowledged, subscriber } = killSwitch(point, (write) => kills.push(write));
  let tell: ((notice: GroupNotice) => void) | undefined;
  const run: RunFeed = {
    stateId: "r",
    origin: { kind: "created" },
    on: (topic, handler) => {
      if (topic === "group") tell = (notice) => void handler(notice as Topics[typeof topic]);
      return () => undefined;
    },
  };
  void subscriber.attach(run);
  const notice = (address: string, completed: number): GroupNotice => ({ stateId: "r", at: 0, address, call: 1, size: 4, running: 0, completed, failed: 0, cancelled: 0, recovered: 0 });
  tell?.(notice("audit::inspections::group", 4));
  for (let write = 1; write <= 10; write += 1) {
    if (write === 6) tell?.(notice("audit::advisories::group", 2));
    acknowledged(write);
    if (kills.length > 0) break; // nothing goes on after SIGKILL
  }
  return kills;
}

test("a number kills at exactly that write, once", () => {
  expect(killsAt({ write: 3 })).toEqual([3]);
  expect(killsAt({ write: 11 })).toEqual([]);
});

test("a share kills at the first write after it is reached", () => {
  expect(killsAt({ share: 0.5 })).toEqual([6]);
  expect(killsAt({ share: 0.6 })).toEqual([]);
});

test("an address kills as soon as that call has begun, after the write that says so", () => {
  const kills: number[] = [];
  const { acknowledged, subscriber } = killSwitch({ begun: "audit::notify::tool_call" }, (write) => kills.push(write));
  let tell: ((event: ExecutionEvent) => void) | undefined;
  void subscriber.attach({
    stateId: "r",
    origin: { kind: "created" },
    on: (topic, handler) => {
      if (topic === "event") tell = (event) => void handler(event as Topics[typeof topic]);
      return () => undefined;
    },
  });
  const event = (address: string, status: ExecutionEvent["status"]): ExecutionEvent => ({ address, status }) as ExecutionEvent;
  acknowledged(1);
  tell?.(event("audit::read::tool_call", "started"));
  tell?.(event("audit::notify::tool_call", "completed"));
  acknowledged(2);
  expect(kills).toEqual([]);
  tell?.(event("audit::notify::tool_call", "started"));
  expect(kills).toEqual([2]);
});

test("without a point nothing is killed", () => {
  expect(killsAt(undefined)).toEqual([]);
});
