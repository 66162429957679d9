import { issueRule } from "@reprise/core/spi";
import * as z from "zod/mini";
import { ErrorStrategy } from "../error-handler.ts";
import { invalidDefinition, shown } from "../invalid-definition.ts";

const matcher = z.union([z.string().check(z.minLength(1)), z.int(), z.strictObject({ predicate: z.string().check(z.minLength(1)) })]);
const handler = z.strictObject({
  strategy: z.optional(z.enum(ErrorStrategy)),
  maxRetries: z.optional(z.int().check(z.minimum(0))),
  retryDelayMs: z.optional(z.number().check(z.minimum(0))),
  retryBackoff: z.optional(z.number().check(z.minimum(1))),
  maxDelayMs: z.optional(z.number().check(z.minimum(0))),
  retryOn: z.optional(z.nullable(z.array(matcher))),
  critical: z.optional(z.boolean()),
});
const routine = z.strictObject({
  id: z.string(),
  use: z.optional(z.string()),
  version: z.optional(z.string()),
  slots: z.optional(z.record(z.string(), z.string())),
  outputs: z.optional(z.array(z.string())),
  config: z.optional(z.json()),
  errorHandler: z.optional(handler),
});
const count = z.int().check(z.minimum(1));

/** A definition as it may stand in a file: written by `serialize`, or by hand. */
export const flowSchema = z.strictObject({
  format: z.optional(z.int()),
  id: z.string(),
  version: z.optional(z.string()),
  entry: z.optional(z.string()),
  concurrency: z.optional(count),
  agentConcurrency: z.optional(count),
  maxIterations: z.optional(count),
  errorHandler: z.optional(handler),
  routines: z.array(routine).check(z.minLength(1)),
  connections: z.optional(z.array(z.strictObject({ from: z.string(), to: z.string(), map: z.optional(z.string()), maxIterations: z.optional(count) }))),
  hash: z.optional(z.string()),
});

/** A definition of any origin, checked. */
export type ParsedFlow = z.infer<typeof flowSchema>;

/** Throws `INVALID_DEFINITION` with the path of the first fault: `routines[1].errorHandler.maxRetries`. */
export function parseFlow(json: unknown): ParsedFlow {
  const parsed = flowSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  return invalidDefinition(pathText(path) || "flow", `${issue === undefined ? "is no definition" : issueRule(issue)}, got ${shown(valueAt(json, path))}`);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((current, part) => (typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined), value);
}
