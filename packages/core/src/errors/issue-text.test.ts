import * as z from "zod/mini";
import { expect, test } from "vitest";
import { issueText } from "./issue-text.ts";

const schema = z.strictObject({ k: z.enum(["a", "b"]), calls: z.array(z.int().check(z.nonnegative())).check(z.minLength(2)) });

test.each([
  [7, "it must be of type object"],
  [{ k: "c", calls: [1, 2] }, '"k" must be "a" or "b"'],
  [{ k: "a", calls: [1, "2"] }, '"calls.1" must be of type number'],
  [{ k: "a", calls: [1, -1] }, '"calls.1" must be at least 0'],
  [{ k: "a", calls: [1] }, '"calls" must be at least 2 long'],
  [{ k: "a", calls: [1, 2], other: 1, more: 2 }, 'it must not have "other", "more"'],
])("what is wrong with %j is said with its place", (value, text) => {
  const { error } = schema.safeParse(value);
  expect(issueText(error!)).toBe(text);
});

test("an error without an issue says at least that it is one", () => {
  expect(issueText({ issues: [] })).toBe("it has not the form of one");
});
