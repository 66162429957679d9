import type { GroupNotice, RunFeed, Topics } from "@reprise/core/spi";
import { createRunView } from "@reprise/printer";
import { expect, test } from "vitest";
import { progressLines } from "./progress.ts";

/** A group that goes from 0 to `size`, seen by a progress on this kind of stream. */
function course(size: number, isTTY: boolean, recovered = 0): string {
  let text = "";
  let tell: ((notice: GroupNotice) => void) | undefined;
  const run: RunFeed = {
    stateId: "r",
    origin: { kind: "created" },
    on: (topic, handler) => {
      if (topic === "group") tell = (notice) => void handler(notice as Topics[typeof topic]);
      return () => undefined;
    },
  };
  const view = createRunView();
  const progress = progressLines(run, { isTTY, write: (part: string) => (text += part) });
  for (let completed = 0; completed <= size; completed += 1) {
    tell?.({ stateId: "r", at: 0, address: "audit::advisories::group", call: 1, size, running: 0, completed, failed: 0, cancelled: 0, recovered: Math.min(recovered, completed) });
    progress.update(view);
    progress.update(view);
  }
  progress.end();
  return text;
}

test("in a log a long group is a line for each quarter", () => {
  expect(course(100, false)).toBe("   advisories 25/100\n   advisories 50/100\n   advisories 75/100\n   advisories 100/100\n");
});

test("what comes from the journal is no news until something happens", () => {
  expect(course(100, false, 60)).toBe("   advisories 61/100, 60 of them from the journal\n   advisories 75/100, 60 of them from the journal\n   advisories 100/100, 60 of them from the journal\n");
});

test("a short group is one line at its end, an empty one none", () => {
  expect(course(5, false)).toBe("   advisories 5/5\n");
  expect(course(0, false)).toBe("");
});

test("on a terminal the line is rewritten in place and stays at its end", () => {
  const text = course(100, true);
  expect(text.startsWith("\r   advisories 0/100\u001B[K\r")).toBe(true);
  expect(text.endsWith("\r   advisories 100/100\u001B[K\n")).toBe(true);
  expect(text.split("\n")).toHaveLength(2);
});
