import type { Actor } from "@reprise/core";
import { defaultSystem } from "@reprise/core/spi";
import { activationActor, type PlacedRoutine } from "../routine/activation-actor.ts";
import type { ActivationInput, ActivationResult } from "../routine/activation.ts";
import { checkPlan, iterationLimits } from "./check-plan.ts";
import type { FlowGraph } from "./flow-graph.ts";
import { endText, type End, type FlowPlan } from "./flow-plan.ts";

/** A way that what an output emits takes. */
export interface Route {
  /** Position of the connection. */
  readonly connection: number;
  readonly to: End;
  readonly map: ((value: unknown) => unknown) | undefined;
  readonly limit: number | undefined;
  /** `a.output -> b.input` */
  readonly label: string;
}

/** A checked plan with what the engine needs of it. */
export interface CompiledFlow {
  readonly plan: FlowPlan;
  readonly entry: PlacedRoutine;
  readonly graph: FlowGraph;
  readonly actors: ReadonlyMap<string, Actor<ActivationInput, ActivationResult>>;
  /** By `routine.output`, in the order of the connections. */
  readonly routes: ReadonlyMap<string, readonly Route[]>;
  /**
   * Slots that something can be delivered to, by routine, sorted: activations are keyed by the first of them, and the order in which slots are
   * declared is no part of a definition.
   */
  readonly fed: ReadonlyMap<string, readonly string[]>;
}

/** Throws `INVALID_DEFINITION` for what is wrong with the plan as a whole. */
export function compileFlow(plan: FlowPlan): CompiledFlow {
  const graph = checkPlan(plan);
  const limits = iterationLimits(plan, graph);
  const routes = new Map<string, Route[]>();
  for (const [connection, { from, to, map }] of plan.connections.entries()) {
    const leaving = routes.get(endText(from)) ?? [];
    leaving.push({ connection, to, map: map as Route["map"], limit: limits[connection], label: `${endText(from)} -> ${endText(to)}` });
    routes.set(endText(from), leaving);
  }
  const filled = new Set(plan.connections.map(({ to }) => endText(to)));
  return {
    plan,
    entry: plan.routines.get(plan.entry ?? "") as PlacedRoutine,
    graph,
    routes,
    actors: new Map([...plan.routines].map(([id, placed]) => [id, activationActor(placed)])),
    fed: new Map([...plan.routines].map(([id, { routine }]) => [id, [...routine.slots.keys()].filter((name) => id === plan.entry || filled.has(`${id}.${name}`)).toSorted()])),
  };
}

const { sha256 } = defaultSystem();

/** 32 hexadecimal digits. */
export function hashText(text: string): string {
  return sha256(new TextEncoder().encode(text)).slice(0, 32);
}
