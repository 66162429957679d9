import type { StateHead } from "@reprise/core";

/** The status as a person needs it: a run that says it runs and that nobody holds has died. */
export function liveStatus({ status, lease }: Pick<StateHead, "status" | "lease">): string {
  return status === "running" && lease !== "live" ? "dead" : status;
}
