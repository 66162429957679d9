import { childrenOf, isOpen, topOfRun, type CallView, type RunView } from "./run-view.ts";

/**
 * The status of the whole run: what the last checkpoint recorded if nothing happened after it, else what its top calls
 * say. A run whose top calls have not all ended is `running`, or `awaiting` if all that is open below them waits.
 */
export function runStatus(view: RunView): string {
  const { checkpoint } = view;
  if (checkpoint !== undefined && checkpoint.status !== "running" && checkpoint.seq >= view.lastSeq) return checkpoint.status;
  const top = childrenOf(view, topOfRun).filter((call) => !call.replaced);
  const open = top.filter(isOpen);
  if (open.length === 0 && top.some(({ status }) => status === "interrupted")) return "interrupted";
  if (open.length > 0 && open.every((call) => waits(view, call))) return "awaiting";
  if (top.length === 0 || open.length > 0) return "running";
  if (top.some(({ status }) => status === "failed")) return "failed";
  return top.some(({ status }) => status === "cancelled") ? "cancelled" : "completed";
}

/** It waits itself, or everything that is open in it does. */
function waits(view: RunView, call: CallView): boolean {
  if (call.status !== "running") return call.status === "awaiting";
  const open = childrenOf(view, call.call).filter((child) => !child.replaced && isOpen(child));
  return open.length > 0 && open.every((child) => waits(view, child));
}
