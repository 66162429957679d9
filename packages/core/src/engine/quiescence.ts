import { isPause } from "../history/call-node.ts";
import type { Call } from "./call.ts";
import { deadlineOf } from "./attempt-timer.ts";
import type { Engine } from "./engine.ts";
import type { Scope } from "./scope.ts";

/**
 * Does nothing of this call move before somebody answers or a long time is over? A scope waits if it has calls and all of them
 * wait; one whose outcome is recorded does not, nor one that is told to end (rule I3).
 */
export function waits(call: Call): boolean {
  const { engine, node, inner } = call;
  if (call.state !== "open" || call.outcomeRecorded || call.abortReason !== undefined) return false;
  if (isPause(call.spec.type)) {
    if (!engine.pauses.has(call)) return false;
    return call.spec.type === "wait_call" || (node.dueAt ?? 0) - engine.now() > engine.options.suspendAfterMs;
  }
  return inner !== undefined && scopeWaits(inner);
}

function scopeWaits(scope: Scope): boolean {
  if (scope.closing || scope.open.size === 0) return false;
  for (const call of scope.open) if (!waits(call)) return false;
  return true;
}

/** Can nothing of the run move by itself soon? */
export function isQuiescent(engine: Engine): boolean {
  if (engine.gate.size > 0 || engine.journal.busy || engine.inbox.busy || !scopeWaits(engine.top)) return false;
  // What is due already only waits for its timer's turn.
  return (wakeTime(engine.top) ?? Infinity) > engine.now();
}

/** When a waiting run goes on by itself: the first sleep, limit of a wait, or limit of an agent that is over. Undefined if never. */
export function wakeTime(scope: Scope): number | undefined {
  let first = Infinity;
  for (const call of scope.open) {
    const own = isPause(call.spec.type) ? (call.node.dueAt ?? Infinity) : deadlineOf(call);
    first = Math.min(first, own, call.inner === undefined ? Infinity : (wakeTime(call.inner) ?? Infinity));
  }
  return first === Infinity ? undefined : first;
}
