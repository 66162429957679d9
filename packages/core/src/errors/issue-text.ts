import type * as z from "zod/mini";

/**
 * The rule that a value has broken: `must be of type number`.
 *
 * @example
 * ```ts
 * import { issueRule } from "@reprise/core/spi";
 *
 * console.log(issueRule({ code: "invalid_type", expected: "number", input: "1", path: [], message: "" })); // must be of type number
 * ```
 */
export function issueRule(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be of type ${issue.expected}`;
  if (issue.code === "invalid_value") return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  if (issue.code === "too_small") return `must be at least ${issue.minimum}${issue.origin === "number" || issue.origin === "int" ? "" : " long"}`;
  if (issue.code === "unrecognized_keys") return `must not have ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
  return `is invalid (${issue.code.replaceAll("_", " ")})`;
}

/** What is wrong with something that was read, in one line, with its place where it has one: `"c" must be of type number`. */
export function issueText({ issues: [issue] }: { readonly issues: readonly z.core.$ZodIssue[] }): string {
  if (issue === undefined) return "it has not the form of one";
  return `${issue.path.length === 0 ? "it" : `"${issue.path.map(String).join(".")}"`} ${issueRule(issue)}`;
}
