import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkName } from "../address/address.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkOneOf, invalid } from "../errors/invalid.ts";
import type { EventType } from "../events/event-type.ts";
import type { Actor, ActorSettings, AgentDefinition, LeafDefinition } from "./actor.ts";
import { checkPolicy } from "./check.ts";

/**
 * A unit of work that does something: reads, writes, computes, asks a service. It makes no calls of its own.
 * Throws `INVALID_DEFINITION` or `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { tool } from "@reprise/core";
 *
 * const add = tool({ name: "add", run: ({ a, b }: { a: number; b: number }) => a + b });
 * ```
 */
export function tool<Given = void, Raw = unknown, Input = Given, Output = Raw>(definition: LeafDefinition<Given, Raw, Input, Output>): Actor<Input, Output> {
  return define("tool_call", definition);
}

/**
 * Like `tool`, for calls of a language model: printed, counted and retried as such.
 *
 * @example
 * ```ts
 * import { llm } from "@reprise/core";
 *
 * const shout = llm({ name: "shout", version: "2", run: async (prompt: string) => prompt.toUpperCase() });
 * ```
 */
export function llm<Given = void, Raw = unknown, Input = Given, Output = Raw>(definition: LeafDefinition<Given, Raw, Input, Output>): Actor<Input, Output> {
  return define("llm_call", definition);
}

/**
 * Code that calls other actors through its context. It is run again whenever the run is resumed, and its completed calls
 * are then reused: between calls it should compute and decide, not act.
 *
 * @example
 * ```ts
 * import { agent, tool } from "@reprise/core";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const quadruple = agent({ name: "quadruple", run: async (value: number, context) => context.run(double, await context.run(double, value)) });
 * ```
 */
export function agent<Given = void, Raw = unknown, Input = Given, Output = Raw>(definition: AgentDefinition<Given, Raw, Input, Output>): Actor<Input, Output> {
  return define("agent_call", definition);
}

const leafOptions: OptionNames<LeafDefinition<never, never, never, never>> = {
  name: true, run: true, input: true, output: true, version: true, retry: true, attemptTimeoutMs: true, timeoutMs: true, onInputChange: true, onVersionChange: true,
  onUnknownOutcome: true, determinism: true, compare: true, repeatable: true,
};
const agentOptions: OptionNames<AgentDefinition<never, never, never, never>> = { ...leafOptions, retryChildren: true };

interface Definition extends ActorSettings {
  readonly input?: StandardSchemaV1;
  readonly output?: StandardSchemaV1;
  readonly retryChildren?: "auto" | "reuse" | "afresh";
  readonly compare?: (recorded: never, current: never) => boolean;
  readonly run: (input: never, context: never) => unknown;
}

function define<Input, Output>(type: EventType, definition: unknown): Actor<Input, Output> {
  if (typeof definition !== "object" || definition === null) invalid("definition", "an object", definition);
  const { input, output, run, ...settings } = definition as Definition;
  const name = checkName(type.replace("_call", ""), settings.name);
  const wrong = (path: string, rule: string): never => {
    throw new RepriseError("INVALID_DEFINITION", `${type.replace("_call", "")} "${name}": ${path} must be ${rule}`, { path });
  };
  checkKnown(definition, type === "agent_call" ? agentOptions : leafOptions, `${type.replace("_call", "")} "${name}"`);
  if (typeof run !== "function") wrong("run", "a function");
  for (const [path, schema] of [["input", input], ["output", output]] as const) {
    if (schema !== undefined && typeof schema["~standard"]?.validate !== "function") wrong(path, "a Standard Schema, such as one of zod, valibot or arktype");
  }
  if (settings.version !== undefined && typeof settings.version !== "string") wrong("version", "a string");
  if (settings.repeatable !== undefined && typeof settings.repeatable !== "boolean") wrong("repeatable", "true or false");
  if (settings.compare !== undefined && typeof settings.compare !== "function") wrong("compare", "a function of two values");
  if (settings.compare !== undefined && settings.determinism === "non_deterministic") wrong("compare", 'left out where determinism is "non_deterministic": that compares nothing');
  checkOneOf("determinism", ["strict", "non_deterministic"], settings.determinism);
  checkOneOf("retryChildren", ["auto", "reuse", "afresh"], settings.retryChildren);
  if (settings.repeatable === false && settings.onUnknownOutcome === "retry") wrong("onUnknownOutcome", '"ask" or "fail" where repeatable is false');
  checkPolicy(settings);
  return Object.freeze({ ...settings, type, inputSchema: input, outputSchema: output, handler: run });
}
