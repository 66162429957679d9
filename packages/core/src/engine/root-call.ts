import type { Actor } from "../actors/actor.ts";
import { parseAddress } from "../address/address.ts";
import { InputChangedError } from "../errors/replay-errors.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { actorSpec } from "./actor-spec.ts";
import type { Engine } from "./engine.ts";
import { ReplayMode } from "../journal/replay-mode.ts";
import { issue } from "./issue.ts";
import { canonical } from "./match-queue.ts";
import { noOptions, policyFor } from "./policy.ts";

/** How the call that `execute` began ended. */
export type RootOutcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

/** Starts or continues the call a run is about. Without an input the recorded one is used. */
export function runRoot(engine: Engine, actor: Actor<never, unknown>, input: { readonly given: unknown } | undefined): Promise<RootOutcome> {
  return new Promise((resolve) => {
    try {
      issue(engine.top, {
        spec: actorSpec(actor),
        input: rootInput(engine, actor, input),
        policy: policyFor(engine, actor, noOptions),
        key: undefined,
        root: true,
        onValue: (value) => resolve({ ok: true, value }),
        onError: (error) => resolve({ ok: false, error }),
      });
    } catch (refusal) {
      engine.stop(refusal as Error);
      resolve({ ok: false, error: refusal as Error });
    }
  });
}

/** R8: the root's input is recorded; a different one is refused unless an option allows it, and then the recorded one is used. */
function rootInput(engine: Engine, actor: Actor<never, unknown>, input: { readonly given: unknown } | undefined): EncodedValue | undefined {
  const { root } = engine.view;
  const given = input?.given === undefined ? undefined : engine.values.encode(input.given, "input").encoded;
  if (root === undefined) {
    if (input !== undefined) return given;
    // A rewind to before its beginning has hidden it: the run is still about the same.
    const { hiddenRoot } = engine;
    if (hiddenRoot === undefined) throw new RepriseError("NOT_FOUND", `run ${engine.stateId} never began an actor, so there is nothing to resume; use execute`, { stateId: engine.stateId });
    checkOwner(engine, actor, hiddenRoot.a);
    return hiddenRoot.i;
  }
  checkOwner(engine, actor, root.address);
  // R7: whoever makes a run anew may ask for something else.
  if ((engine.validation?.live === true || engine.policy.mode === ReplayMode.INCREMENTAL) && input !== undefined) return given;
  if (input === undefined || canonical(given) === canonical(root.input)) return root.input;
  const { onInputChange } = engine.options;
  if (onInputChange !== "reuse" && onInputChange !== "warn") throw new InputChangedError(root.address, { stateId: engine.stateId });
  engine.log("warn", "INPUT_CHANGED", "the run continues with its recorded input", { address: root.address });
  return root.input;
}

function checkOwner(engine: Engine, actor: Actor<never, unknown>, address: string): void {
  const { type, segment } = parseAddress(address);
  if (type === actor.type && (engine.options.aliases.get(segment.name) ?? segment.name) === actor.name) return;
  throw new RepriseError("INVALID_OPTION", `run ${engine.stateId} belongs to ${address}, not to "${actor.name}" (${actor.type})`, { stateId: engine.stateId, path: "actor" });
}
