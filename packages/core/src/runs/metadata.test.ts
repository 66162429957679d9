import { expect, test } from "vitest";
import { headerOf } from "./metadata.ts";

test("S4: runs are listed by their tags, their pipeline and their parent, and by nothing else of their metadata", () => {
  expect(headerOf({ tags: ["a", "b"], pipelineName: "p", parentStateId: "r", owner: "ada" })).toEqual({ tags: ["a", "b"], pipelineName: "p", parentStateId: "r" });
  expect(headerOf({ owner: "ada" })).toEqual({});
});

test("S6: a run of another version, or of somebody else, is listed by what of its metadata every backend can keep", () => {
  expect(headerOf({ tags: ["a", "t\ud83d", "\u{1f600}"], pipelineName: "cut \ud83d", parentStateId: "\udc00" })).toEqual({ tags: ["a", "\u{1f600}"] });
  expect(headerOf({ tags: 5, pipelineName: null, parentStateId: 5 } as never)).toEqual({});
});
