import { RepriseError } from "@reprise/core";
import { emptyPlan, withConnection, withEntry, withRoutine } from "../definition/extend-plan.ts";
import type { FlowPlan } from "../definition/flow-plan.ts";
import type { RoutineTypes } from "../definition/flow-types.ts";
import type { Ends } from "../ends/end-types.ts";
import type { ErrorHandlerOptions } from "../error-handler.ts";
import { flowOf, type Flow } from "../flow.ts";
import { invalidDefinition, shown } from "../invalid-definition.ts";
import { describeRoutine, orderlessText } from "./describe-flow.ts";
import type { FlowRegistry } from "./flow-registry.ts";
import { parseFlow, type ParsedFlow } from "./flow-schema.ts";
import { flowFormat } from "./serialize-flow.ts";

/**
 * The flow of a definition as JSON, with the routines and functions of a registry. What it is given is not changed. Throws
 * `INVALID_DEFINITION` with the path of the fault, and `INCOMPATIBLE` for a definition of a newer format or of routines that have changed since.
 *
 * @example
 * ```ts
 * import { flowRegistry, loadFlow, output, routine, slot } from "@reprise/flow";
 *
 * const shout = routine({ name: "shout", slots: { text: slot<string>() }, outputs: { loud: output<string>() }, run: ({ text }) => text.toUpperCase() });
 * const json = { id: "loud", routines: [{ id: "shout" }, { id: "again", use: "shout" }], connections: [{ from: "shout.loud", to: "again.text" }] };
 * const flow = loadFlow(json, flowRegistry({ routines: [shout] }));
 * console.log(flow.routines); // [ 'shout', 'again' ]
 * ```
 */
export function loadFlow(json: unknown, registry: FlowRegistry): Flow {
  const parsed = parseFlow(json);
  if (!(registry?.routines instanceof Map)) invalidDefinition("registry", `must be made by flowRegistry, got ${shown(registry)}`);
  if ((parsed.format ?? flowFormat) > flowFormat) throw new RepriseError("INCOMPATIBLE", `the definition has format ${parsed.format}; this version reads up to ${flowFormat}`, { path: "format" });
  const flow = flowOf<RoutineTypes, Ends>(planOf(parsed, registry));
  if (parsed.hash !== undefined && parsed.hash !== flow.hash) {
    throw new RepriseError("INCOMPATIBLE", `the definition of flow "${flow.id}" has the hash ${parsed.hash}, and what the registry makes of it ${flow.hash}: something it refers to has changed`, { path: "hash" });
  }
  return flow;
}

function planOf(parsed: ParsedFlow, registry: FlowRegistry): FlowPlan {
  const { id, version, concurrency, agentConcurrency, maxIterations, errorHandler, routines, connections = [], entry } = parsed;
  let plan = emptyPlan({
    id,
    ...(version !== undefined && { version }),
    ...(concurrency !== undefined && { concurrency }),
    ...(agentConcurrency !== undefined && { agentConcurrency }),
    ...(maxIterations !== undefined && { maxIterations }),
    ...(errorHandler !== undefined && { errorHandler: handlerOf(errorHandler) }),
  });
  for (const [index, item] of routines.entries()) plan = addRoutine(plan, item, registry, `routines[${index}]`);
  for (const [index, { from, to, map, maxIterations }] of connections.entries()) {
    const work = map === undefined ? undefined : registry.functions.get(map);
    if (map !== undefined && work === undefined) invalidDefinition(`connections[${index}].map`, `the registry has no function "${map}" (functions: ${[...registry.functions.keys()].join(", ") || "none"})`);
    plan = withConnection(plan, from, to, { map: work, maxIterations });
  }
  return entry === undefined ? plan : withEntry(plan, entry);
}

function addRoutine(plan: FlowPlan, item: ParsedFlow["routines"][number], registry: FlowRegistry, path: string): FlowPlan {
  const { id, use = id, config, errorHandler } = item;
  const routine = registry.routines.get(use);
  if (routine === undefined) return invalidDefinition(`${path}.use`, `the registry has no routine "${use}" (routines: ${[...registry.routines.keys()].join(", ") || "none"})`);
  const described = describeRoutine(routine);
  for (const part of ["version", "slots", "outputs"] as const) {
    if (item[part] === undefined || orderlessText(item[part]) === orderlessText(described[part])) continue;
    throw new RepriseError("INCOMPATIBLE", `${path}.${part}: routine "${use}" of the registry has ${JSON.stringify(described[part] ?? null)}, the definition says ${JSON.stringify(item[part])}`, { path: `${path}.${part}` });
  }
  return withRoutine(plan, routine, { id, ...(config !== undefined && { config }), ...(errorHandler !== undefined && { errorHandler: handlerOf(errorHandler) }) });
}

/** What is absent in JSON is absent. */
function handlerOf(parsed: NonNullable<ParsedFlow["errorHandler"]>): ErrorHandlerOptions {
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined && value !== null));
}
