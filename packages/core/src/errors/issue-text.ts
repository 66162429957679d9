import type * as z from "zod/mini";

/** What is wrong with something that was read, in one line: `"c" must be a number`. The place is in it where there is one. */
export function issueText({ issues: [issue] }: { readonly issues: readonly z.core.$ZodIssue[] }): string {
  if (issue === undefined) return "it has not the form of one";
  const place = issue.path.length === 0 ? "it" : `"${issue.path.map(String).join(".")}"`;
  if (issue.code === "invalid_type") return `${place} must be of type ${issue.expected}`;
  if (issue.code === "invalid_value") return `${place} must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  if (issue.code === "unrecognized_keys") return `${place} must not have ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
  return `${place} is invalid (${issue.code.replaceAll("_", " ")})`;
}
