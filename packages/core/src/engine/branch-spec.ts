import type { Actor } from "../actors/actor.ts";
import type { AgentContext } from "../actors/context.ts";
import type { ParallelTask } from "../actors/groups.ts";
import { actorSpec } from "./actor-spec.ts";
import type { CallSpec, TaskCode } from "./call.ts";
import { agentContext } from "./code-context.ts";
import { ChildValue } from "./group-outcome.ts";
import { issue } from "./issue.ts";
import { noOptions, policyFor } from "./policy.ts";

/** What each branch of a `map` does with its item. */
export type Work = Actor<never, unknown> | ((item: never, context: AgentContext) => unknown);

/** A branch of a `map`: calls the function, or the actor as its one call. */
export function mapBranch(name: string, work: Work): CallSpec {
  if (typeof work === "function") return { type: "branch", name, actor: undefined, outputSchema: undefined, code: (input, scope) => work(input as never, agentContext(scope)) };
  const spec = actorSpec(work);
  return {
    type: "branch",
    name,
    actor: undefined,
    outputSchema: work.outputSchema,
    work,
    code: (_input, scope) =>
      new Promise((resolve, reject) => {
        issue(scope, {
          spec,
          input: scope.call?.given,
          policy: policyFor(scope.engine, work, noOptions),
          key: undefined,
          onValue: (value, call) => resolve(new ChildValue(call.node, value)),
          onError: reject,
        });
      }),
  };
}

/** A branch of `parallel`. Its item says which task it is; the function only gets its context. */
export function taskBranch(name: string, task: ParallelTask, code: TaskCode): CallSpec {
  return { type: "branch", name, actor: undefined, outputSchema: undefined, tasks: [code], code: (_input, scope) => task(agentContext(scope)) };
}
