import { passedDeadline } from "./attempt-timer.ts";
import { cancel, failForGood } from "./outcome.ts";
import type { Call } from "./call.ts";
import { reopenCode } from "./code-attempt.ts";
import { isLeaf } from "../history/call-node.ts";
import { restartLeaf } from "./leaf-attempt.ts";

/**
 * Waits until the recorded time of the next attempt, then begins it (rules T4, T6). After a restart only the rest is
 * waited; a clock that went back cannot make it longer than the recorded delay.
 */
export function backOff(call: Call): void {
  const { engine, node } = call;
  if (engine.stopped !== undefined) return;
  if (call.abortReason !== undefined) return cancel(call, call.abortReason);
  const delayMs = Math.min((node.dueAt ?? 0) - engine.now(), node.delayMs ?? 0);
  const begin = (): void => {
    call.onAbort = undefined;
    if (call.state !== "open" || engine.stopped !== undefined) return;
    // T5: no attempt starts after the call's own limit, also if that passed while no process ran.
    const passed = passedDeadline(call);
    if (passed !== undefined) failForGood(call, passed);
    else if (isLeaf(node.type)) restartLeaf(call);
    else reopenCode(call);
  };
  if (delayMs <= 0) return begin();
  const stopTimer = engine.after(delayMs, begin);
  call.onAbort = (reason) => {
    stopTimer();
    cancel(call, reason);
  };
}
