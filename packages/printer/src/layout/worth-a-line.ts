import type { ExecutionEvent, GroupNotice } from "@reprise/core/spi";
import { childrenOf, type RunView } from "../view/run-view.ts";

/**
 * Does an event say something of its own? The events of a branch mostly repeat those of the call inside, whose line
 * names the branch anyway; `minimal` leaves out starts.
 */
export function worthALine(view: RunView, event: ExecutionEvent, minimal: boolean): boolean {
  if (minimal && event.status === "started") return false;
  // Of a wait or sleep the awaiting event says all.
  if (event.type === "wait_call" || event.type === "sleep_call") return event.status !== "started";
  if (event.type !== "branch") return true;
  if (event.status === "started") return false;
  if (event.status === "failed") return view.calls.get(event.call)?.explained !== true;
  return event.status === "retrying" || childrenOf(view, event.call).length === 0;
}

// Each branch has lines of its own, so progress is only news in a group too long to count by eye.
const longGroup = 20;
const steps = 10;

/** Has a long group come a tenth further, without being through? Its own event says the end. */
export function worthAProgressLine(previous: GroupNotice | undefined, next: GroupNotice): boolean {
  if (next.size < longGroup || settled(next) >= next.size) return false;
  const before = previous === undefined ? 0 : settled(previous);
  return tenth(settled(next), next.size) > tenth(before, next.size);
}

/** How many branches of a group have ended. */
export function settled({ completed, failed, cancelled }: GroupNotice): number {
  return completed + failed + cancelled;
}

function tenth(count: number, size: number): number {
  return Math.floor((count * steps) / size);
}
