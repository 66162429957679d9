import type { OptionNames } from "@reprise/core/spi";
import { checkFunction, checkObject, checkOptions } from "../check-options.ts";
import { checkFlowName, invalidDefinition, shown } from "../invalid-definition.ts";
import type { Routine } from "../routine/routine.ts";
import { functionName, named } from "./named.ts";

/** What `flowRegistry` takes. */
export interface RegistryOptions {
  /** Found by their names. */
  readonly routines: readonly Routine[];
  /** What connections map with, found by these names. Default: none. */
  readonly functions?: { readonly [name: string]: (value: never) => unknown };
}

/** What definitions that are read from JSON refer to by name. */
export interface FlowRegistry {
  readonly routines: ReadonlyMap<string, Routine>;
  readonly functions: ReadonlyMap<string, (value: never) => unknown>;
}

/**
 * What a definition may refer to: routines and functions by name. Throws `INVALID_DEFINITION`.
 *
 * @example
 * ```ts
 * import { flowRegistry, output, routine, slot } from "@reprise/flow";
 *
 * const shout = routine({ name: "shout", slots: { text: slot<string>() }, outputs: { loud: output<string>() }, run: ({ text }) => text.toUpperCase() });
 * const registry = flowRegistry({ routines: [shout], functions: { length: (text: string) => text.length } });
 * ```
 */
export function flowRegistry(options: RegistryOptions): FlowRegistry {
  checkOptions("registry", options, { routines: true, functions: true } satisfies OptionNames<RegistryOptions>);
  const { routines, functions = {} } = options;
  if (!Array.isArray(routines)) invalidDefinition("registry.routines", `must be a list, got ${shown(routines)}`);
  const byName = new Map<string, Routine>();
  for (const [index, routine] of (routines as readonly Routine[]).entries()) {
    if ((routine as Partial<Routine> | null)?.kind !== "routine") invalidDefinition(`registry.routines[${index}]`, `must be made by routine or agentRoutine, got ${shown(routine)}`);
    if (byName.has(routine.name)) invalidDefinition(`registry.routines[${index}]`, `"${routine.name}" is there already; names tell routines apart`);
    byName.set(routine.name, routine);
  }
  checkObject("registry.functions", functions);
  const works = Object.entries(functions).map(([name, work]): [string, (value: never) => unknown] => {
    checkFlowName(`registry.functions.${name}`, name);
    checkFunction(`registry.functions.${name}`, work);
    return [name, functionName(work) === name ? work : named(name, work)];
  });
  return Object.freeze({ routines: byName, functions: new Map(works) });
}
