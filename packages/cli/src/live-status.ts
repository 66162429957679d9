import type { StateHead } from "@reprise/core";

/** The status as a person needs it: a run that says it runs and that nobody holds has died. */
export function liveStatus({ status, lease }: Pick<StateHead, "status" | "lease">): string {
  return status === "running" && lease !== "live" ? "dead" : status;
}

/** What to say of such a run. */
export const nobodyAt = "nobody is at this run: it goes on when it is resumed, by your program or by reprise wake";
