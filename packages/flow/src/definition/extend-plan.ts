import type { OptionNames } from "@reprise/core/spi";
import { checkCount, checkFunction, checkOptions } from "../check-options.ts";
import { errorHandler, type ErrorHandlerOptions } from "../error-handler.ts";
import { checkFlowName, invalidDefinition, shown } from "../invalid-definition.ts";
import type { Routine } from "../routine/routine.ts";
import { endText, type Connection, type End, type FlowPlan } from "./flow-plan.ts";
import { placeRoutine, type PlacedOptions } from "./place-routine.ts";
import { contradiction } from "./schema-fit.ts";

/** What `defineFlow` takes. */
export interface FlowOptions {
  /** 1 to 64 letters, digits, `_` or `-`: the first part of every address of its jobs. */
  readonly id: string;
  /** For people; it is part of the definition's hash. Default: none. */
  readonly version?: string;
  /** How failures are handled where a routine says nothing. Default: `{ strategy: "stop" }`. */
  readonly errorHandler?: ErrorHandlerOptions;
  /** How many activations of a job may be at work at once, but for those of `agentRoutine`s. 1: one after the other. Default: 5. */
  readonly concurrency?: number;
  /** How many activations of `agentRoutine`s may be open at once, at work or waiting. Default: 100. */
  readonly agentConcurrency?: number;
  /** How often a chain of deliveries may pass a connection of a cycle that names no limit of its own. Default: each cycle needs one. */
  readonly maxIterations?: number;
  /** Whether a job of another definition may be resumed: `"reuse"` reuses what still fits and runs the rest. Default: `"fail"`. */
  readonly onDefinitionChange?: "fail" | "reuse";
}

type ConnectionSettings = Partial<Pick<Connection, "map" | "maxIterations">>;

const flowNames: OptionNames<FlowOptions> = { id: true, version: true, errorHandler: true, concurrency: true, agentConcurrency: true, maxIterations: true, onDefinitionChange: true };
const connectionNames: OptionNames<ConnectionSettings> = { map: true, maxIterations: true };

/** A flow without routines. Throws `INVALID_DEFINITION`. */
export function emptyPlan(options: FlowOptions): FlowPlan {
  checkOptions("", options, flowNames);
  const { version, concurrency = 5, agentConcurrency = 100, maxIterations, onDefinitionChange = "fail" } = options;
  if (version !== undefined && typeof version !== "string") invalidDefinition("version", `must be a string, got ${shown(version)}`);
  checkCount("concurrency", concurrency);
  checkCount("agentConcurrency", agentConcurrency);
  if (maxIterations !== undefined) checkCount("maxIterations", maxIterations);
  if (onDefinitionChange !== "fail" && onDefinitionChange !== "reuse") invalidDefinition("onDefinitionChange", `must be "fail" or "reuse", got ${shown(onDefinitionChange)}`);
  return { id: checkFlowName("id", options.id), version, concurrency, agentConcurrency, maxIterations, onDefinitionChange, entry: undefined, routines: new Map(), connections: [], errorHandler: errorHandler(options.errorHandler) };
}

/** The plan with one more routine. Throws `INVALID_DEFINITION`. */
export function withRoutine(plan: FlowPlan, routine: Routine, options: PlacedOptions = {}): FlowPlan {
  const placed = placeRoutine(routine, options, plan.errorHandler);
  if (plan.routines.has(placed.id)) invalidDefinition(`routines.${placed.id}`, "is there already; give the second one another id");
  return { ...plan, entry: plan.entry ?? placed.id, routines: new Map([...plan.routines, [placed.id, placed]]) };
}

/** The plan with another routine to begin with. Throws `INVALID_DEFINITION`. */
export function withEntry(plan: FlowPlan, entry: unknown): FlowPlan {
  if (typeof entry !== "string" || !plan.routines.has(entry)) invalidDefinition("entry", `must be the id of a routine (routines: ${[...plan.routines.keys()].join(", ")}), got ${shown(entry)}`);
  return { ...plan, entry };
}

/** The plan with one more connection. Throws `INVALID_DEFINITION`. */
export function withConnection(plan: FlowPlan, from: unknown, to: unknown, options: ConnectionSettings = {}): FlowPlan {
  const path = `connections[${plan.connections.length}]`;
  checkOptions(path, options, connectionNames);
  const { map, maxIterations } = options;
  if (map !== undefined) checkFunction(`${path}.map`, map);
  if (maxIterations !== undefined) checkCount(`${path}.maxIterations`, maxIterations);
  const connection: Connection = { from: endOf(plan, from, "outputs", `${path}.from`), to: endOf(plan, to, "slots", `${path}.to`), map, maxIterations };
  const texts = [endText(connection.from), endText(connection.to)] as const;
  if (plan.connections.some((other) => endText(other.from) === texts[0] && endText(other.to) === texts[1])) invalidDefinition(path, `${texts.join(" -> ")} is connected already`);
  if (map === undefined) checkFit(plan, connection, path);
  return { ...plan, connections: [...plan.connections, connection] };
}

function checkFit({ routines }: FlowPlan, { from, to }: Connection, path: string): void {
  const output = routines.get(from.routine)?.routine.outputs.get(from.name);
  const slot = routines.get(to.routine)?.routine.slots.get(to.name);
  // The schema of a merged value says nothing of what is delivered.
  const found = slot?.mode.kind === "merge" ? undefined : contradiction(output?.schema, slot?.schema);
  if (found !== undefined) invalidDefinition(path, `${endText(from)} does not fit ${endText(to)}: ${found}; give the connection a map`);
}

function endOf({ routines }: FlowPlan, text: unknown, kind: "outputs" | "slots", path: string): End {
  const [id, name, ...rest] = typeof text === "string" ? text.split(".") : [];
  if (id === undefined || name === undefined || rest.length > 0) return invalidDefinition(path, `must be "routine.${kind === "slots" ? "slot" : "output"}", got ${shown(text)}`);
  const placed = routines.get(id);
  if (placed === undefined) return invalidDefinition(path, `there is no routine "${id}" (routines: ${[...routines.keys()].join(", ") || "none"})`);
  const known = placed.routine[kind];
  if (!known.has(name)) invalidDefinition(path, `routine "${id}" has no ${kind === "slots" ? "slot" : "output"} "${name}" (${kind}: ${[...known.keys()].join(", ") || "none"})`);
  return { routine: id, name };
}
