import type { ErrorHandler } from "../error-handler.ts";
import type { SlotMode } from "../ends/slot.ts";
import { endText, type FlowPlan } from "../definition/flow-plan.ts";
import type { Routine } from "../routine/routine.ts";
import { functionName } from "./named.ts";
import type { Json } from "./plain-json.ts";

/** A routine as a definition describes it. */
export interface DescribedRoutine {
  readonly id: string;
  /** Name of the routine in a registry. */
  readonly use: string;
  readonly version?: string;
  /** Its slots and what they do with deliveries: `"override"`, `"count 3"`, … */
  readonly slots: { readonly [name: string]: string };
  readonly outputs: readonly string[];
  readonly config?: Json;
  /** The one that counts for it. */
  readonly errorHandler: ErrorHandler;
}

/** A connection as a definition describes it. */
export interface DescribedConnection {
  readonly from: string;
  readonly to: string;
  /** Name of the function; null for one that has none. */
  readonly map?: string | null;
  readonly maxIterations?: number;
}

/** A definition as plain data. */
export interface FlowDescription {
  readonly id: string;
  readonly version?: string;
  readonly entry: string;
  readonly concurrency: number;
  readonly agentConcurrency: number;
  readonly maxIterations?: number;
  readonly errorHandler: ErrorHandler;
  readonly routines: readonly DescribedRoutine[];
  readonly connections: readonly DescribedConnection[];
}

/** Everything that a definition says, except what functions do. */
export function describeFlow(plan: FlowPlan): FlowDescription {
  const { id, version, entry = "", concurrency, agentConcurrency, maxIterations, errorHandler } = plan;
  return {
    id,
    ...(version !== undefined && { version }),
    entry,
    concurrency,
    agentConcurrency,
    ...(maxIterations !== undefined && { maxIterations }),
    errorHandler,
    routines: [...plan.routines.values()].map(({ id, routine, configGiven, handler }) => ({
      id,
      use: routine.name,
      ...describeRoutine(routine),
      ...(configGiven !== undefined && { config: configGiven as Json }),
      errorHandler: handler,
    })),
    connections: plan.connections.map(({ from, to, map, maxIterations }) => ({
      from: endText(from),
      to: endText(to),
      ...(map !== undefined && { map: functionName(map) ?? null }),
      ...(maxIterations !== undefined && { maxIterations }),
    })),
  };
}

/** What a definition says of a routine, wherever it is used. */
export function describeRoutine({ version, slots, outputs }: Routine): Pick<DescribedRoutine, "version" | "slots" | "outputs"> {
  return {
    ...(version !== undefined && { version }),
    slots: Object.fromEntries([...slots].map(([name, { mode, onIncomplete }]) => [name, `${modeText(mode)}${onIncomplete === "fail" ? "" : `, else ${onIncomplete}`}`])),
    outputs: [...outputs.keys()],
  };
}

/** The text that definitions are compared by: the same for the same definition, whatever order its configurations were written in. */
export function fingerprintText(description: FlowDescription): string {
  // How many activations run at once does not change what a job comes to.
  const { concurrency: _, agentConcurrency: __, ...rest } = description;
  return orderlessText(rest);
}

function modeText(mode: SlotMode): string {
  switch (mode.kind) {
    case "count":
      return mode.withinMs === undefined ? `count ${mode.count}` : `count ${mode.count} within ${mode.withinMs} ms`;
    case "quiet":
      return `quiet ${mode.quietMs} ms`;
    case "append":
      return mode.initial.length === 0 ? "append" : `append to ${mode.initial.length}`;
    case "override":
    case "merge":
    case "all":
      return mode.kind;
  }
}

/** The JSON of a value, the same whatever the order of its keys: stores and formatters change that. */
export function orderlessText(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
