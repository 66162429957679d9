import { expect, test } from "vitest";
import { fateOf, type ProcessIdentity, type Processes } from "./processes.ts";

const self: ProcessIdentity = { boot: "b1", pidNamespace: "n1", pid: 10, started: "500", thread: 0 };
const running: ReadonlyMap<number, string | null> = new Map([[10, "500"], [11, "600"], [12, null]]);
const processes: Processes = { self, find: (pid) => (running.has(pid) ? { started: running.get(pid) ?? null } : undefined) };

test.each<readonly [string, Partial<ProcessIdentity>, string]>([
  ["itself", {}, "alive"],
  ["one that runs", { pid: 11, started: "600" }, "alive"],
  ["one whose pid nobody has", { pid: 13 }, "gone"],
  ["one whose pid another process has now", { pid: 11, started: "599" }, "gone"],
  ["one from before the machine was started anew", { boot: "b0" }, "gone"],
  ["one in another container", { pidNamespace: "n2" }, "unknown"],
  ["one whose start nobody can tell", { pid: 12 }, "unknown"],
  ["one that could not tell its start", { pid: 11, started: null }, "unknown"],
  ["one without a boot id that is not there", { boot: null, pid: 13 }, "gone"],
  ["a worker thread of one that runs", { pid: 11, started: "600", thread: 3 }, "unknown"],
])("%s", (_, other, fate) => {
  expect(fateOf({ ...self, ...other }, processes)).toBe(fate);
});
