import type { Actor } from "../actors/actor.ts";
import type { AgentContext } from "../actors/context.ts";
import { isLeaf } from "../history/call-node.ts";
import type { CallSpec } from "./call.ts";
import { agentContext } from "./code-context.ts";

const known = new WeakMap<Actor<never, unknown>, CallSpec>();

/** How the engine calls an actor. Made once per actor. */
export function actorSpec(actor: Actor<never, unknown>): CallSpec {
  let spec = known.get(actor);
  if (spec === undefined) {
    const handler = actor.handler as (input: unknown, context: AgentContext) => unknown;
    const code: CallSpec["code"] = isLeaf(actor.type) ? undefined : (input, scope) => handler(input, agentContext(scope));
    spec = { type: actor.type, name: actor.name, actor, outputSchema: actor.outputSchema, code };
    known.set(actor, spec);
  }
  return spec;
}
