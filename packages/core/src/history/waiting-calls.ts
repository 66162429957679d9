import type { ExecutionEvent } from "../events/execution-event.ts";
import { isPause, type CallNode } from "./call-node.ts";
import { callsOf, type RunView } from "./fold.ts";
import type { History } from "./history.ts";

/** The events that say for what a run waits: the last of each call that is open and waits for an answer, a time or its next attempt. */
export function waitingCalls(view: RunView, history: History): ExecutionEvent[] {
  const waiting = new Set<number>();
  for (const node of callsOf(view)) if (waits(node)) waiting.add(node.id);
  if (waiting.size === 0) return [];
  const last = new Map<number, ExecutionEvent>();
  for (const event of history.events()) {
    if (waiting.has(event.call) && (event.status === "awaiting" || event.status === "retrying")) last.set(event.call, event);
  }
  return [...last.values()];
}

function waits(node: CallNode): boolean {
  const itself = node.state === "retrying" || (node.state === "open" && isPause(node.type) && node.expired === undefined);
  return itself && isOpen(node.parent);
}

function isOpen(node: CallNode | undefined): boolean {
  return node === undefined || (node.state === "open" && isOpen(node.parent));
}
