import { ActorFailedError, CancelledError } from "../errors/call-errors.ts";
import { decodeValue } from "../history/decode-node.ts";
import type { Call } from "./call.ts";
import { decodeFailure } from "./failure.ts";
import { groupError } from "./group-outcome.ts";
import { restored } from "./schema.ts";

/** What a caller is given; a refusal stops the run instead. */
type Outcome = { readonly value: unknown } | { readonly error: Error } | { readonly refusal: Error };

/** Gives a recorded outcome to its caller, through the gate (rule R2); where it has to wait for something, it keeps its place. */
export function release(call: Call, ready?: Promise<unknown>, place = call.engine.placeOf(call.scope, call.node.endSeq)): void {
  const { engine } = call;
  const outcome = ready === undefined ? outcomeOf(call) : ready.then(() => outcomeOf(call));
  if (outcome instanceof Promise) {
    // Its place in the gate is kept until then: of an asynchronous schema, too.
    let settled: Outcome | undefined;
    const ready = outcome.then((value) => (settled = value));
    engine.gate.push(place, () => settled && deliver(call, settled), ready);
  } else if (engine.rules.liveGate || call.replayed) {
    engine.gate.push(place, () => deliver(call, outcome));
  } else {
    deliver(call, outcome);
  }
}

/** Never rejects: a recorded value that no longer fits its schema is a refusal, for better code can resume the run. */
function outcomeOf(call: Call): Outcome | Promise<Outcome> {
  const { node, live, spec, current } = call;
  if (current !== undefined) return current;
  try {
    if (node.state !== "completed") {
      const error = errorOf(call);
      return error instanceof Promise ? error.then((settled) => ({ error: settled }), refused) : { error };
    }
    if (live !== undefined) return live;
    // What a wait gives without an answer is no answer: its schema is not asked.
    const schema = node.type === "wait_call" && node.message === undefined ? undefined : spec.outputSchema;
    const value = restored({ type: spec.type, outputSchema: schema }, decodeValue(node.value), node.address);
    return value instanceof Promise ? value.then((settled: unknown) => ({ value: settled }), refused) : { value };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Outcome {
  return { refusal: error as Error };
}

function errorOf(call: Call): Error | Promise<Error> {
  const { node, engine } = call;
  if (node.state === "cancelled" || node.error === undefined) return new CancelledError(node.address, node.reason ?? "it was aborted");
  if (node.branches !== undefined) return groupError(call, engine.values);
  const cause = decodeFailure(node.error, engine.values);
  // A branch is a position in a group, not an actor: its outcome is what its function threw. A wait only runs out of time.
  return node.type === "branch" || node.type === "wait_call" ? cause : new ActorFailedError(node.address, node.attempt, cause);
}

function deliver(call: Call, outcome: Outcome): void {
  const { engine, node, scope, request } = call;
  if (call.state !== "open") return deliverLate(call, outcome);
  call.state = "released";
  engine.turn = scope;
  if (call.replayed && call.beside === undefined) engine.recovered(call);
  if ("refusal" in outcome) {
    engine.stop(outcome.refusal);
    request.onError(outcome.refusal, call);
    return;
  }
  if ("value" in outcome) {
    joinStorage(call);
    request.onValue(outcome.value, call);
  } else {
    engine.origins.set(outcome.error, node);
    // Who cancelled a call does not wait for it; on replay that may not have come about yet.
    if (scope.closing || node.state === "cancelled") call.quiet();
    if (scope.closing) scope.disturbed = true;
    request.onError(outcome.error, call);
  }
  scope.leave(call);
  engine.validation?.judge(engine);
}

/** It was recorded when the grace of its scope ended, and acknowledged since. */
function deliverLate(call: Call, outcome: Outcome): void {
  const { engine, node, scope, request } = call;
  if (request.onDropped === undefined || "refusal" in outcome) return;
  engine.turn = scope;
  if ("error" in outcome) engine.origins.set(outcome.error, node);
  request.onDropped(outcome, call);
}

/** S1: the writes of a call join when its outcome is released, and not at all if its caller's handler has ended. */
function joinStorage(call: Call): void {
  const { engine, node, scope, current } = call;
  if (scope.closing) return;
  const writes = current !== undefined && "writes" in current ? current.writes : node.writes;
  if (scope === engine.top) engine.storage.release(node, call.replayed, writes);
  else if (engine.rules.joinAtRelease || call.replayed) scope.storage.join(writes);
}
