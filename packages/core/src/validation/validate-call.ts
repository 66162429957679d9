import { enterCode } from "../engine/code-attempt.ts";
import type { AttemptOutcome, Call } from "../engine/call.ts";
import { runLeaf } from "../engine/leaf-attempt.ts";
import { cancel, complete, failForGood } from "../engine/outcome.ts";
import { release } from "../engine/release.ts";
import { StorageView } from "../engine/storage-view.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { NotRepeatableError } from "../errors/replay-errors.ts";
import { isLeaf, isPause } from "../history/call-node.ts";
import type { StartedRecord } from "../journal/journal-record.ts";
import { compareAttempt } from "./compare-attempt.ts";
import { recordedOutcome, type Validation } from "./validation.ts";

/**
 * A recorded call is asked for (rule R5): a leaf is executed again beside its record, code is run again for the sake of what
 * it calls, and the caller hears of the recorded outcome where it heard of it before, once that has ended.
 */
export function validateCall(call: Call, validation: Validation): void {
  const { node, spec } = call;
  if (node.state === "open" && spec.code !== undefined) return enterCode(call);
  if (node.state === "open" || node.state === "retrying" || isUnfinished(call)) return waitBeyond(call, validation);
  call.replayed = true;
  if (isServed(call)) {
    validation.add(node, { status: "served", differences: [], recorded: recordedOutcome(node), versionChanged: call.versionChanged });
    return release(call, undefined, placeOfServed(call));
  }
  const ended = new Promise<void>((done) => {
    call.beside = (outcome, storage) => done(compareBeside(call, validation, outcome, storage));
  });
  release(call, ended);
  if (isLeaf(node.type)) call.engine.gate.push(node.opening, () => runLeaf(call));
  else enterCode(call);
}

async function compareBeside(call: Call, validation: Validation, outcome: AttemptOutcome, storage: StorageView): Promise<void> {
  try {
    await compareAttempt(call, validation, outcome, storage);
  } catch (fault) {
    // An actor's own `compare` threw: that is a mistake in the pipeline, not a difference.
    call.engine.stop(fault as Error);
  }
}

/** R7: what was cancelled in an earlier opening, and not asked for otherwise in this one, was given last: when the code was about to end. */
function placeOfServed({ node, scope }: Call): number | undefined {
  const end = scope.node?.endSeq ?? 0;
  return node.state === "cancelled" && node.endSeq < scope.opening && end > scope.opening ? end - 0.5 : undefined;
}

/** What is given from the record as it stands. This is the one place: pauses and answers, which nobody executes, are among it. */
function isServed({ node, spec }: Call): boolean {
  const once = node.once || spec.actor?.repeatable === false;
  return once || node.pinned || node.state === "cancelled" || node.expired !== undefined || (!isLeaf(node.type) && spec.code === undefined);
}

/** Its last end belongs to an attempt of its parent that has failed: the present one had not come to it. */
function isUnfinished({ node, scope }: Call): boolean {
  const open = scope.node === undefined || scope.node.state === "open";
  return open && node.endSeq < scope.opening && (node.state === "cancelled" || (node.state === "failed" && node.endedParent));
}

/**
 * A call without a record: true if it may run on the overlay. One that is not repeatable is refused, and what an unfinished
 * run had not come to yet waits for the end.
 */
export function admitExtra(call: Call, record: StartedRecord, validation: Validation): boolean {
  const { engine, scope, spec } = call;
  const beyond = validation.endsIn(scope) || isUndone(call, record);
  if (!beyond && !isPause(spec.type) && spec.actor?.repeatable !== false) return true;
  engine.bind(call, engine.ride([record]));
  if (beyond) waitBeyond(call, validation);
  else withoutRunning(call, validation);
  return false;
}

function withoutRunning(call: Call, validation: Validation): void {
  const { spec, node, scope } = call;
  validation.addExtra(node);
  if (spec.type === "wait_call") return refuse(call, new RepriseError("RECORD_ENDED", `${node.address}: it is not recorded, and a validation has nobody to answer it`, { address: node.address }));
  // Nobody sleeps for what is only tried.
  if (isPause(spec.type)) void complete(call, undefined, { storage: new StorageView(scope.storage) });
  else refuse(call, new NotRepeatableError(node.address, "it is not recorded, and a validation does not run what must not happen twice"));
}

function refuse(call: Call, error: Error): void {
  call.current = { error };
  failForGood(call, error);
}

/** R9: a rewind has left its beginning to whoever goes on with the run: that is where the record ends. */
function isUndone({ engine: { view, hiddenRoot }, scope, request }: Call, { c: place }: StartedRecord): boolean {
  if (request.root === true) return hiddenRoot !== undefined;
  if (place === undefined) return false;
  return scope.node === undefined ? view.status !== "completed" && view.status !== "failed" : scope.node.state === "open";
}

function waitBeyond(call: Call, validation: Validation): void {
  call.onAbort = (reason) => cancel(call, reason);
  validation.addBeyond(call);
}
