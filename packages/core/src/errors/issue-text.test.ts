import * as z from "zod/mini";
import { expect, test } from "vitest";
import { issueText } from "./issue-text.ts";

const schema = z.strictObject({ k: z.enum(["a", "b"]), calls: z.array(z.int().check(z.positive())) });

test.each([
  [7, "it must be of type object"],
  [{ k: "c", calls: [] }, '"k" must be "a" or "b"'],
  [{ k: "a", calls: [1, "2"] }, '"calls.1" must be of type number'],
  [{ k: "a", calls: [0] }, '"calls.0" is invalid (too small)'],
  [{ k: "a", calls: [], other: 1, more: 2 }, 'it must not have "other", "more"'],
])("what is wrong with %j is said with its place", (value, text) => {
  const { error } = schema.safeParse(value);
  expect(issueText(error!)).toBe(text);
});

test("an error without an issue says at least that it is one", () => {
  expect(issueText({ issues: [] })).toBe("it has not the form of one");
});
