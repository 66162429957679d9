import { z } from "zod";
import { ErrorStrategy } from "../error-handler.ts";
import { invalidDefinition, shown } from "../invalid-definition.ts";

const matcher = z.union([z.string().min(1), z.int(), z.strictObject({ predicate: z.string().min(1) })]);
const handler = z.strictObject({
  strategy: z.enum(ErrorStrategy).optional(),
  maxRetries: z.int().min(0).optional(),
  retryDelayMs: z.number().min(0).optional(),
  retryBackoff: z.number().min(1).optional(),
  maxDelayMs: z.number().min(0).optional(),
  retryOn: z.array(matcher).nullable().optional(),
  critical: z.boolean().optional(),
});
const count = z.int().min(1);

/** A definition as it may stand in a file: written by `serialize`, or by hand. */
export const flowSchema = z.strictObject({
  format: z.int().optional(),
  id: z.string(),
  version: z.string().optional(),
  entry: z.string().optional(),
  concurrency: count.optional(),
  agentConcurrency: count.optional(),
  maxIterations: count.optional(),
  errorHandler: handler.optional(),
  routines: z
    .array(
      z.strictObject({
        id: z.string(),
        use: z.string().optional(),
        version: z.string().optional(),
        slots: z.record(z.string(), z.string()).optional(),
        outputs: z.array(z.string()).optional(),
        config: z.json().optional(),
        errorHandler: handler.optional(),
      }),
    )
    .min(1),
  connections: z.array(z.strictObject({ from: z.string(), to: z.string(), map: z.string().optional(), maxIterations: count.optional() })).optional(),
  hash: z.string().optional(),
});

/** A definition of any origin, checked. */
export type ParsedFlow = z.infer<typeof flowSchema>;

/** Throws `INVALID_DEFINITION` with the path of the first fault: `routines[1].errorHandler.maxRetries`. */
export function parseFlow(json: unknown): ParsedFlow {
  const parsed = flowSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  return invalidDefinition(pathText(path) || "flow", `${issue?.message ?? "is no definition"}, got ${shown(valueAt(json, path))}`);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((current, part) => (typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined), value);
}
