import { expect, test } from "vitest";
import type { Concern } from "./concern.ts";
import { judgeByRules } from "./rule-model.ts";

const harmless: Concern = {
  id: "p@1.0.0", name: "p", version: "1.0.0", licence: "MIT", licenceText: "MIT", licenceRisk: "none", installScripts: [], deprecated: null, advisories: [],
};
const advisory = { id: "DEMO-1", severity: "moderate", title: "t", fixedIn: "1.0.1" } as const;

test("nothing found is ok", () => {
  expect(judgeByRules(harmless)).toEqual({ decision: "ok", reason: "nothing found", action: "nothing to do" });
});

test("the worst advisory decides, and says which version to take", () => {
  const verdict = judgeByRules({ ...harmless, advisories: [advisory, { ...advisory, id: "DEMO-2", severity: "critical" }] });
  expect(verdict).toEqual({ decision: "act", reason: "critical advisory DEMO-2 and 1 more", action: "upgrade p to 1.0.1 or later" });
  expect(judgeByRules({ ...harmless, advisories: [advisory] }).decision).toBe("watch");
  expect(judgeByRules({ ...harmless, advisories: [{ ...advisory, fixedIn: null }] }).action).toBe("no fixed version of p yet: look for a replacement");
});

test("several concerns give all reasons, and the action of the most urgent one", () => {
  const verdict = judgeByRules({ ...harmless, installScripts: ["install: make"], licence: "GPL-3.0", licenceRisk: "strong copyleft" });
  expect(verdict).toEqual({
    decision: "act",
    reason: "strong copyleft licence (GPL-3.0); runs code during installation",
    action: "ask whether what you ship may carry this licence",
  });
});

test("a long reason is cut to what a verdict may be", () => {
  expect(judgeByRules({ ...harmless, deprecated: "x".repeat(1000) }).reason).toHaveLength(400);
});
