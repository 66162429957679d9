import { expect, test } from "vitest";
import type { JournalRecord } from "../journal/journal-record.ts";
import { endOfUnit } from "./belong-together.ts";
import { cutRecord } from "./cut-record.ts";
import { foldVisible } from "./fold-visible.ts";
import { nearest } from "./nearest.ts";
import { planCut } from "./plan-cut.ts";
import { timelineAt } from "./ranges.ts";

const stateId = "run-1";
const error = { name: "Error", message: "no" } as never;

/** An agent with a leaf that completed, one that waits for its next attempt, a payment, and one that is open. */
const journal: readonly JournalRecord[] = [
  { k: "run", at: 0, v: 1, id: stateId },
  { k: "started", at: 1, a: "work::agent_call", root: 1 },
  { k: "started", at: 2, a: "work::first::tool_call", p: 2 },
  { k: "completed", at: 3, c: 3 },
  { k: "started", at: 4, a: "work::unsteady::tool_call", p: 2 },
  { k: "failed", at: 5, c: 5, e: error },
  { k: "retrying", at: 5, c: 5, due: 9, delay: 4 },
  { k: "started", at: 6, a: "work::pay::tool_call", p: 2, once: 1 },
  { k: "completed", at: 7, c: 8 },
  { k: "started", at: 8, a: "work::last::tool_call", p: 2 },
];

test("R9: a plan says what is reused, entered again, run again, and still due", () => {
  expect(planCut(stateId, journal, { position: 10 })).toMatchObject({
    ranges: [[1, 10]],
    anew: [10],
    plan: {
      position: 10,
      reused: ["work::first::tool_call", "work::pay::tool_call"],
      reentered: ["work::agent_call"],
      rerun: ["work::last::tool_call"],
      pendingRetries: [{ address: "work::unsteady::tool_call", attempt: 2 }],
      nonRepeatable: [],
    },
  });
  expect(planCut(stateId, journal, { position: 8 }).plan).toMatchObject({ rerun: ["work::pay::tool_call", "work::last::tool_call"], nonRepeatable: ["work::pay::tool_call"] });
  expect(planCut(stateId, journal, { address: "work::agent_call" }).plan).toMatchObject({ position: 1, reused: [], reentered: [], pendingRetries: [], nonRepeatable: ["work::pay::tool_call"] });
});

test("R9: planning changes nothing, and the same question has the same answer", () => {
  const before = structuredClone(journal);
  const plan = planCut(stateId, journal, { position: 5 });
  expect(planCut(stateId, journal, { position: 5 })).toEqual(plan);
  expect(journal).toEqual(before);
});

test("R9: a leaf that was open keeps its place, and begins anew there", () => {
  const first = cutRecord(planCut(stateId, journal, { position: 10 }), { at: 20, point: { position: 10 }, allowRepeat: [] });
  const cut: JournalRecord[] = [...journal, first, { k: "started", at: 21, c: 10, a: "work::last::tool_call", p: 2 }];
  expect(timelineAt(cut)).toEqual([[1, 10], [11, Infinity]]);
  expect(foldVisible(stateId, cut, 11).calls.get(10)).toMatchObject({ state: "unstarted" });
  expect(foldVisible(stateId, cut).calls.get(10)).toMatchObject({ state: "open", begun: 12, timeline: 11, address: "work::last::tool_call" });
  expect(planCut(stateId, cut, { address: "work::last::tool_call" }).plan.position).toBe(11);
  const second = planCut(stateId, cut, { address: "work::unsteady::tool_call", attempt: 1 });
  expect(second.ranges).toEqual([[1, 4]]);
  expect(planCut(stateId, cut, { position: 12 })).toMatchObject({ ranges: [[1, 11]], anew: [10] });
  expect(planCut(stateId, cut, { position: 11 })).toMatchObject({ ranges: [[1, 10], [11, 11]], anew: [] });
  // The timeline of the position, not that of now.
  expect(planCut(stateId, cut, { position: 9 })).toMatchObject({ ranges: [[1, 9]], anew: [] });
});

test("R9: what was written in one append is not torn apart", () => {
  const records: JournalRecord[] = [
    { k: "run", at: 0, v: 1, id: stateId },
    { k: "started", at: 1, a: "work::agent_call", root: 1 },
    { k: "started", at: 1, a: "work::inner::agent_call", p: 2 },
    { k: "started", at: 1, a: "work::inner::leaf::tool_call", p: 3 },
    { k: "started", at: 1, a: "other::tool_call" },
    { k: "cancelled", at: 2, c: 4, why: "" },
    { k: "cancelled", at: 2, c: 3, why: "" },
    { k: "completed", at: 2, c: 2 },
    { k: "checkpoint", at: 2, status: "completed" },
    { k: "cancelled", at: 3, c: 5, why: "" },
    { k: "checkpoint", at: 4, status: "completed" },
  ];
  expect(records.map((_, index) => endOfUnit(records, index + 1))).toEqual([1, 2, 3, 4, 5, 9, 9, 9, 9, 10, 11]);
});

test("R9: a pause and what ends it are not torn apart", () => {
  const records: JournalRecord[] = [
    { k: "run", at: 0, v: 1, id: stateId },
    { k: "started", at: 1, a: "sleep::sleep_call" },
    { k: "awaiting", at: 1, c: 2, due: 9, delay: 8 },
    { k: "completed", at: 9, c: 2 },
    { k: "restarted", at: 10, c: 2, n: 2 },
    { k: "awaiting", at: 10, c: 2, due: 18, delay: 8 },
  ];
  expect(records.map((_, index) => endOfUnit(records, index + 1))).toEqual([1, 3, 3, 4, 6, 6]);
  expect(planCut(stateId, records, { position: 2 }).plan).toMatchObject({ position: 3, reentered: ["sleep::sleep_call"], rerun: [] });
});

test("R9: the nearest addresses come first, each once", () => {
  const known = ["work::fetch[doc-7]::tool_call", "work::plan::llm_call", "work::fetch[doc-8]::tool_call", "work::plan::llm_call"];
  expect(nearest("fetch[doc-8]::tool_call", known, 2)).toEqual(["work::fetch[doc-8]::tool_call", "work::fetch[doc-7]::tool_call"]);
  expect(nearest("x", known)).toHaveLength(3);
  expect(nearest("x", [])).toEqual([]);
});
