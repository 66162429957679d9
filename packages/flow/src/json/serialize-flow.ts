import type { FlowPlan } from "../definition/flow-plan.ts";
import { invalidDefinition } from "../invalid-definition.ts";
import { describeFlow, type FlowDescription } from "./describe-flow.ts";

/** Version of the format of serialised flows. */
export const flowFormat = 1;

/** A definition as JSON. */
export interface SerializedFlow extends FlowDescription {
  readonly format: typeof flowFormat;
  /** Of the definition; a definition written by hand has none. */
  readonly hash?: string;
}

/** Throws `INVALID_DEFINITION` where a function has no name to be found by. */
export function serializeFlow(plan: FlowPlan, hash: string): SerializedFlow {
  const description = describeFlow(plan);
  for (const [index, { map }] of description.connections.entries()) {
    if (map === null) invalidDefinition(`connections[${index}].map`, "has no name to be found by: make it with named(name, function)");
  }
  return { format: flowFormat, ...description, hash };
}
