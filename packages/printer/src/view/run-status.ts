import { childrenOf, topOfRun, type RunView } from "./run-view.ts";

/**
 * The status of the whole run: what the last checkpoint recorded if nothing happened after it, else what its top calls
 * say. A run whose top calls have not all ended is `running`.
 */
export function runStatus(view: RunView): string {
  const { checkpoint } = view;
  if (checkpoint !== undefined && checkpoint.status !== "running" && checkpoint.seq >= view.lastSeq) return checkpoint.status;
  const top = childrenOf(view, topOfRun).filter((call) => !call.replaced);
  if (top.length === 0 || top.some(({ status }) => status === "running" || status === "retrying" || status === "awaiting")) return "running";
  if (top.some(({ status }) => status === "failed")) return "failed";
  return top.some(({ status }) => status === "cancelled") ? "cancelled" : "completed";
}
