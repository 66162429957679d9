import { expect, test } from "vitest";
import { fateOf, type Fate, type ProcessIdentity } from "./processes.ts";

const self: ProcessIdentity = { host: "here", boot: "b1", pidNamespace: "n1", pid: 10, started: "500", thread: 0 };
const running = new Map([
  [10, { started: "500" }],
  [11, { started: "600" }],
  [12, { started: null }],
]);
const find = (pid: number): { readonly started: string | null } | undefined => running.get(pid);

const cases: readonly (readonly [about: string, other: Partial<ProcessIdentity>, fate: Fate])[] = [
  ["runs", { pid: 11, started: "600" }, "alive"],
  ["has ended", { pid: 99 }, "gone"],
  ["has ended, and another program has its pid", { pid: 11, started: "599" }, "gone"],
  ["runs, but its start time cannot be read", { pid: 12 }, "alive"],
  ["ran before the last start of the machine", { pid: 11, started: "600", boot: "b0" }, "gone"],
  ["is on another host", { pid: 99, host: "there", boot: "b2" }, "unknown"],
  ["is in another container of this host", { pid: 99, pidNamespace: "n2" }, "unknown"],
  ["shares the kernel under another host name", { pid: 99, host: "there" }, "unknown"],
];

test.each(cases)("a process that %s", (_, other, fate) => {
  expect(fateOf({ ...self, ...other }, { self, find })).toBe(fate);
});

test("without /proc the pid decides", () => {
  const bare = { boot: null, pidNamespace: null, started: null };
  const processes = { self: { ...self, ...bare }, find };
  expect(fateOf({ ...self, ...bare, pid: 11 }, processes)).toBe("alive");
  expect(fateOf({ ...self, ...bare, pid: 99 }, processes)).toBe("gone");
});
