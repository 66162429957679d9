import { invalidDefinition } from "../invalid-definition.ts";
import { graphOf, type FlowGraph } from "./flow-graph.ts";
import { endText, type Connection, type FlowPlan } from "./flow-plan.ts";

/** What can only be said of a whole definition (rule F1): everything is reachable, every cycle is bounded, every slot can be filled. */
export function checkPlan(plan: FlowPlan): FlowGraph {
  const { routines, connections, entry } = plan;
  if (entry === undefined) invalidDefinition("routines", `flow "${plan.id}" has no routine`);
  const graph = graphOf(plan);
  for (const id of routines.keys()) {
    if (!graph.reachable.has(id)) invalidDefinition(`routines.${id}`, `cannot be reached from "${entry}", where jobs begin; connect a slot of it, or begin with another by entry`);
  }
  const filled = new Set(connections.map(({ to }) => endText(to)));
  for (const [id, { routine }] of routines) {
    for (const [name, slot] of routine.slots) {
      if (id === entry || filled.has(`${id}.${name}`) || slot.onIncomplete === "run") continue;
      invalidDefinition(`routines.${id}.slots.${name}`, 'is never filled: connect an output to it, or let the routine run without it by whenIncomplete("run")');
    }
  }
  checkBounded(plan, graph);
  return graph;
}

/** A cycle is bounded if what is left without the bounded connections has no cycle. */
function checkBounded(plan: FlowPlan, graph: FlowGraph): void {
  if (plan.maxIterations !== undefined) return;
  const unbounded = plan.connections.filter(({ maxIterations }) => maxIterations === undefined);
  const rest = graph.components.some(({ cyclic }) => cyclic) ? graphOf({ ...plan, connections: unbounded }) : graph;
  const cycle = rest.components.find(({ cyclic }) => cyclic);
  if (cycle === undefined) return;
  const at = plan.connections.findIndex((connection) => unbounded.includes(connection) && cycle.routines.includes(connection.from.routine) && cycle.routines.includes(connection.to.routine));
  invalidDefinition(`connections[${at}].maxIterations`, `is missing: ${cycle.routines.join(" -> ")} is a cycle, and nothing bounds it; give one of its connections, or the flow, maxIterations`);
}

/** The bound of each connection that has one: its own, or, within a cycle, the flow's. */
export function iterationLimits({ connections, maxIterations }: FlowPlan, { components, componentOf }: FlowGraph): readonly (number | undefined)[] {
  const closesCycle = ({ from, to }: Connection): boolean => componentOf.get(from.routine) === componentOf.get(to.routine) && components[componentOf.get(to.routine) ?? -1]?.cyclic === true;
  return connections.map((connection) => connection.maxIterations ?? (closesCycle(connection) ? maxIterations : undefined));
}
