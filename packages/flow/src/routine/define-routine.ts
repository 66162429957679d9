import type { OptionNames } from "@reprise/core/spi";
import { checkFunction, checkMs, checkObject, checkOptions } from "../check-options.ts";
import type { None, OutputDeclarations, SlotDeclarations } from "../ends/end-types.ts";
import { output, type Output } from "../ends/output.ts";
import { isSchema, slot, type Slot } from "../ends/slot.ts";
import { errorHandler } from "../error-handler.ts";
import { checkFlowName, invalidDefinition, shown } from "../invalid-definition.ts";
import type { AgentRoutineDefinition, Routine, RoutineDefinition, RoutineOf, RoutineSettings } from "./routine.ts";

/**
 * A routine that does something: reads, writes, computes, asks a service. Each activation is one call of the job, and what
 * it emits is recorded with its outcome. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { output, routine, slot } from "@reprise/flow";
 *
 * const shout = routine({
 *   name: "shout",
 *   slots: { text: slot<string>() },
 *   outputs: { loud: output<string>() },
 *   run: ({ text }) => text.toUpperCase(), // with one output the value is emitted there
 * });
 * ```
 */
export function routine<const Name extends string, Slots extends SlotDeclarations = None, Outputs extends OutputDeclarations = None, Config = undefined, ConfigGiven = Config>(
  definition: RoutineDefinition<Name, Slots, Outputs, Config, ConfigGiven>,
): RoutineOf<Name, Slots, Outputs, ConfigGiven> {
  return define("routine", definition) as RoutineOf<Name, Slots, Outputs, ConfigGiven>;
}

/**
 * A routine whose code calls actors, waits for people and sleeps, like an agent: it is run again when the job is resumed, and its
 * completed calls are reused. Its activations have places of their own, `agentConcurrency` of the flow. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { agentRoutine, output, slot } from "@reprise/flow";
 *
 * const review = agentRoutine({
 *   name: "review",
 *   slots: { draft: slot<string>() },
 *   outputs: { approved: output<string>() },
 *   run: async ({ draft }, context) => ((await context.waitFor<boolean>("approval", { prompt: draft })) ? draft : undefined),
 * });
 * ```
 */
export function agentRoutine<const Name extends string, Slots extends SlotDeclarations = None, Outputs extends OutputDeclarations = None, Config = undefined, ConfigGiven = Config>(
  definition: AgentRoutineDefinition<Name, Slots, Outputs, Config, ConfigGiven>,
): RoutineOf<Name, Slots, Outputs, ConfigGiven> {
  return define("agentRoutine", definition) as RoutineOf<Name, Slots, Outputs, ConfigGiven>;
}

const agentRoutineNames: OptionNames<AgentRoutineDefinition<string, None, None, never, never>> = {
  name: true, run: true, slots: true, outputs: true, config: true, version: true, errorHandler: true, attemptTimeoutMs: true, timeoutMs: true,
};
const routineNames: OptionNames<RoutineDefinition<string, None, None, never, never>> = { ...agentRoutineNames, type: true, repeatable: true };
const names = { routine: routineNames, agentRoutine: agentRoutineNames };

type AnyDefinition = Omit<RoutineSettings<string, SlotDeclarations, OutputDeclarations, never, never>, "config"> & { readonly type?: unknown; readonly config?: unknown; readonly run: Routine["run"] };

function define(by: keyof typeof names, given: unknown): Routine {
  checkObject("routine", given);
  const definition = given as AnyDefinition;
  const name = checkFlowName("routine.name", definition.name);
  const path = `routine ${name}`;
  checkOptions(path, definition, names[by]);
  const { type = "tool", slots = {}, outputs = {}, config, version, repeatable = true, errorHandler: handler, attemptTimeoutMs, timeoutMs, run } = definition;
  if (type !== "tool" && type !== "llm") invalidDefinition(`${path}.type`, `must be "tool" or "llm", got ${shown(type)}`);
  checkFunction(`${path}.run`, run);
  if (config !== undefined && !isSchema(config)) invalidDefinition(`${path}.config`, `must be a Standard Schema, got ${shown(config)}`);
  if (version !== undefined && typeof version !== "string") invalidDefinition(`${path}.version`, `must be a string, got ${shown(version)}`);
  if (typeof repeatable !== "boolean") invalidDefinition(`${path}.repeatable`, `must be true or false, got ${shown(repeatable)}`);
  for (const [option, limit] of Object.entries({ attemptTimeoutMs, timeoutMs })) if (limit !== undefined) checkMs(`${path}.${option}`, limit);
  return Object.freeze({
    kind: "routine" as const,
    name,
    type: by === "agentRoutine" ? "agent" : type,
    slots: ends<Slot<never, unknown>>(`${path}.slots`, slots, "slot", slot),
    outputs: ends<Output<never, unknown>>(`${path}.outputs`, outputs, "output", output),
    configSchema: config,
    version,
    repeatable,
    errorHandler: handler === undefined ? undefined : errorHandler(handler, `${path}.errorHandler`),
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    run,
  });
}

function ends<End>(path: string, declared: unknown, kind: "slot" | "output", ofSchema: (schema: never) => End): ReadonlyMap<string, End> {
  checkObject(path, declared);
  return new Map(
    Object.entries(declared).map(([name, end]): [string, End] => {
      checkFlowName(`${path}.${name}`, name);
      if (isSchema(end)) return [name, ofSchema(end as never)];
      if ((end as { readonly kind?: unknown } | null)?.kind !== kind) invalidDefinition(`${path}.${name}`, `must be made by ${kind}(…), or a Standard Schema, got ${shown(end)}`);
      return [name, end as End];
    }),
  );
}
