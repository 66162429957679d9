import type { Actor } from "../actors/actor.ts";
import type { CallPolicy } from "../actors/call-policy.ts";
import type { CallOptions } from "../actors/context.ts";
import type { Engine } from "./engine.ts";

/** A call that says nothing itself. */
export const noOptions: CallOptions = Object.freeze({});

/** How a call is treated: the call says, else the actor, else the load or the Reprise; nothing is merged. */
export function policyFor(engine: Engine, actor: Actor<never, unknown>, options: CallOptions): CallPolicy {
  if (options !== noOptions) return policyOf(engine, actor, options);
  // Actors do not change: what most calls of one are treated like is found out once.
  let policy = engine.policies.get(actor);
  if (policy === undefined) engine.policies.set(actor, (policy = policyOf(engine, actor, options)));
  return policy;
}

function policyOf(engine: Engine, actor: Actor<never, unknown>, options: CallOptions): CallPolicy {
  const run = engine.options;
  return {
    ...defined("retry", options.retry ?? actor.retry),
    ...defined("attemptTimeoutMs", options.attemptTimeoutMs ?? actor.attemptTimeoutMs),
    ...defined("timeoutMs", options.timeoutMs ?? actor.timeoutMs),
    ...defined("onInputChange", options.onInputChange ?? actor.onInputChange ?? run.onInputChange),
    ...defined("onVersionChange", options.onVersionChange ?? actor.onVersionChange ?? run.onVersionChange),
    ...defined("onUnknownOutcome", options.onUnknownOutcome ?? actor.onUnknownOutcome ?? run.onUnknownOutcome),
  };
}

function defined<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: V };
}
