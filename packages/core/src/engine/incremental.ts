import { NotRepeatableError } from "../errors/replay-errors.ts";
import { isLeaf, isPause, type CallNode } from "../history/call-node.ts";
import { askedOtherwise } from "./answer.ts";
import type { Call } from "./call.ts";
import { reopenCode } from "./code-attempt.ts";
import { restartLeaf } from "./leaf-attempt.ts";
import { canonical } from "./match-queue.ts";
import { restartPause } from "./pause.ts";
import { release } from "./release.ts";
import type { Verdict } from "./verdict.ts";

/** A run that is made anew: what has not changed is reused, leaf by leaf (rule R7). */
export interface Pass {
  /** Seq of the record that began it. */
  readonly since: number;
  /** Addresses of calls that are executed in any case. */
  readonly force: ReadonlySet<string>;
}

/** Has this pass yet to come to a call that had ended before it? */
export function isDue(pass: Pass, node: CallNode): boolean {
  return node.state !== "retrying" && node.endSeq > 0 && node.endSeq < pass.since;
}

/**
 * What becomes of a recorded call in a pass. Ended code is opened again, for its leaves may have changed; a leaf was found by
 * its input and version, so what it gave still holds. False where the verdict stands.
 */
export function remake(call: Call, pass: Pass, decided: Verdict): boolean {
  const { node } = call;
  if (node.state === "open") return remakeOpen(call, pass);
  if (!isDue(pass, node)) return false;
  if (pass.force.has(node.address)) {
    force(call);
    return true;
  }
  return node.state === "cancelled" ? remakeCancelled(call) : remakeEnded(call, decided);
}

function remakeOpen(call: Call, pass: Pass): boolean {
  const { node, spec, request } = call;
  if (node.opening < pass.since && asksAnother(call)) {
    refuseMail(call);
    restartPause(call);
    return true;
  }
  if (spec.code === undefined) return false;
  if (node.opening < pass.since && pass.force.has(node.address)) force(call);
  else if (spec.type === "agent_call" && canonical(node.input) !== canonical(request.input)) reopenCode(call, "changed");
  else return false;
  return true;
}

function remakeEnded(call: Call, decided: Verdict): boolean {
  const { node, spec, scope } = call;
  // What failed in code that is only looked over again did not end it again.
  const replays = scope.node?.openingKind === "changed";
  if (asksAnother(call)) restartPause(call);
  else if (spec.code !== undefined && (decided !== "execute" || replays)) reopenCode(call, "changed");
  else if (node.state === "failed" && decided === "execute" && replays) giveRecorded(call);
  else return false;
  return true;
}

/** Who approved one text has not approved another. */
function asksAnother({ node, spec }: Call): boolean {
  return spec.type === "wait_call" && canonical(node.prompt) !== canonical(spec.pause?.prompt);
}

/** Answers that came along when the run was handed off were given to what the wait showed before. */
function refuseMail({ engine, node }: Call): void {
  const given = engine.view.mail.early.filter(({ to }) => to === node.address);
  for (const { msg, aid } of given) {
    engine.ride([{ k: "rejected", at: engine.now(), c: node.id, msg, ...(aid !== undefined && { aid }), why: askedOtherwise(node) }]);
  }
}

function giveRecorded(call: Call): void {
  call.replayed = true;
  release(call);
}

/** The same call, a further attempt; of code, with everything below it afresh. */
function force(call: Call): void {
  const { node, engine, spec } = call;
  const once = spec.actor?.repeatable === false || node.once ? [node] : onceBelow(node);
  const refused = once.find(({ address }) => !engine.options.allowRepeat.has(address));
  if (refused !== undefined) throw new NotRepeatableError(refused.address, "force would run it again");
  begin(call, true);
}

function onceBelow(node: CallNode): CallNode[] {
  return node.children.flatMap((child) => (child.once ? [child] : onceBelow(child)));
}

function begin(call: Call, afresh: boolean): void {
  if (isPause(call.node.type)) restartPause(call);
  else if (isLeaf(call.node.type)) restartLeaf(call);
  else reopenCode(call, "changed", afresh);
}

/**
 * What was cancelled has nothing to give. If its scope still wants it once all that is recorded has been given, it runs; if
 * the scope ends without it, as it did before, it stays cancelled and runs not at all.
 */
function remakeCancelled(call: Call): boolean {
  const { engine, node, scope } = call;
  if (node.endSeq > scope.opening) return false;
  let seen = 0;
  const look = (): void => {
    const { lastSeq } = engine.journal;
    if (call.state !== "open") return;
    if (scope.closing) return giveRecorded(call);
    if (lastSeq !== seen) {
      seen = lastSeq;
      engine.gate.push(lastSeq + 0.5, look, engine.journal.settle());
      return;
    }
    try {
      if ((node.once || call.spec.actor?.repeatable === false) && !engine.options.allowRepeat.has(node.address)) throw new NotRepeatableError(node.address, "it is not repeatable, and was cancelled");
      begin(call, false);
    } catch (refusal) {
      engine.stop(refusal as Error);
    }
  };
  look();
  return true;
}
