import { expect, test } from "vitest";
import { PipelineBook } from "./pipeline-book.ts";

const problemsOf = (...lines: readonly string[]): readonly string[] => {
  const book = new PipelineBook(new Map([[0, "yes"]]));
  for (const line of lines) book.enter(line);
  return book.problems;
};

test("a run that is killed and goes on has no problem", () => {
  expect(problemsOf("ready", "ran 0", "ran 0", "value 0 a", "ready", "value 0 a", "answer 0 yes", "rested awaiting", "ran 1", "value 1 b", "completed a b")).toEqual([]);
});

test.each([
  [["ran 0", "value 0 a", "ran 0"], /^step 0 ran again/u],
  [["value 0 a", "value 0 b"], /^the value of step 0 was a, and is b/u],
  [["answer 0 no"], /^the answer to step 0/u],
  [["answer 1 yes"], /^the answer to step 1/u],
  [["value 0 a", "completed b"], /^it ended with b/u],
  [["rested failed {}"], /^rested failed/u],
  [["wrong page of step 1"], /^wrong page/u],
] as const)("seen: %j", (lines, problem) => {
  expect(problemsOf(...lines)[0]).toMatch(problem);
});
