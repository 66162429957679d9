import type { FlowPlan } from "./flow-plan.ts";

/** Routines that reach each other, or one alone: a cycle or a single step. */
export interface Component {
  readonly routines: readonly string[];
  readonly cyclic: boolean;
  /** Positions of the components that deliver to it directly. */
  readonly before: readonly number[];
}

/** The graph of a flow, its components in topological order. */
export interface FlowGraph {
  readonly components: readonly Component[];
  /** Position of the component of each routine. */
  readonly componentOf: ReadonlyMap<string, number>;
  readonly reachable: ReadonlySet<string>;
}

/** Finds cycles and what can be reached from the entry. */
export function graphOf({ routines, connections, entry }: Pick<FlowPlan, "routines" | "connections" | "entry">): FlowGraph {
  const next = new Map<string, string[]>([...routines.keys()].map((id) => [id, []]));
  for (const { from, to } of connections) next.get(from.routine)?.push(to.routine);
  // Tarjan gives them in reverse topological order.
  const found = stronglyConnected([...routines.keys()], next).toReversed();
  const componentOf = new Map(found.flatMap((ids, position) => ids.map((id): [string, number] => [id, position])));
  const order = [...routines.keys()];
  const components = found.map((ids, position): Component => {
    const before = connections.filter(({ to }) => componentOf.get(to.routine) === position).map(({ from }) => componentOf.get(from.routine) ?? position);
    return {
      routines: ids.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)),
      cyclic: ids.length > 1 || next.get(ids[0] ?? "")?.includes(ids[0] ?? "") === true,
      before: [...new Set(before)].filter((other) => other !== position),
    };
  });
  return { components, componentOf, reachable: reachableFrom(entry, next) };
}

function reachableFrom(entry: string | undefined, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set<string>();
  const open = entry === undefined ? [] : [entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(next.get(id) ?? []));
  }
  return seen;
}

/** Tarjan's algorithm (1972), without recursion: flows may be long. */
function stronglyConnected(ids: readonly string[], next: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const components: string[][] = [];
  const enter = (id: string): { readonly id: string; at: number } => {
    index.set(id, index.size);
    low.set(id, index.size - 1);
    stack.push(id);
    onStack.add(id);
    return { id, at: 0 };
  };
  const lower = (id: string, value: number): void => void low.set(id, Math.min(low.get(id) ?? value, value));
  for (const root of ids) {
    if (index.has(root)) continue;
    const work = [enter(root)];
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const child = next.get(frame.id)?.[frame.at];
      if (child !== undefined) {
        frame.at += 1;
        if (!index.has(child)) work.push(enter(child));
        else if (onStack.has(child)) lower(frame.id, index.get(child) ?? 0);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) lower(parent.id, low.get(frame.id) ?? 0);
      if (low.get(frame.id) !== index.get(frame.id)) continue;
      const component = stack.splice(stack.indexOf(frame.id));
      for (const id of component) onStack.delete(id);
      components.push(component);
    }
  }
  return components;
}
