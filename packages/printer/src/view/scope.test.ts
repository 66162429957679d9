import { expect, test } from "vitest";
import { branchKey, enclosingScope, guessType, labelOf, scopeOf } from "./scope.ts";

test("a scope is the address without its type", () => {
  expect(scopeOf("research::fetch[doc-7]#2::tool_call", "tool_call")).toBe("research::fetch[doc-7]#2");
  expect(scopeOf("no type here", "tool_call")).toBe("no type here");
});

test("a branch is inside its group, a group inside what called it", () => {
  expect(enclosingScope("research::pages#2{3}#2::fetch")).toBe("research::pages#2{3}#2");
  expect(enclosingScope("research::pages#2{3}#2")).toBe("research::pages#2");
  expect(enclosingScope("research::pages#2")).toBe("research");
  expect(enclosingScope("research")).toBeUndefined();
  expect(enclosingScope("pages{3}")).toBe("pages");
});

test("labels show keys as they were given", () => {
  expect(labelOf("research::fetch[a%20%2F%20b]#2")).toBe("fetch[a / b]#2");
  expect(labelOf("research::pages{doc%207}")).toBe("pages{doc 7}");
  expect(branchKey("research::pages{doc%207}#2")).toBe("{doc 7}#2");
  expect(branchKey("research::fetch[3]")).toBeUndefined();
});

test("only keys are decoded, and what cannot be decoded stands as it is", () => {
  expect(labelOf("100%25 sure[%E0%A4%A]")).toBe("100%25 sure[%E0%A4%A]");
});

test("the kind of an unseen parent is read from its scope and its child", () => {
  expect(guessType("research::pages", "branch")).toBe("group");
  expect(guessType("research::pages{3}", "tool_call")).toBe("branch");
  expect(guessType("research", "tool_call")).toBe("agent_call");
});
