import type { StateHead } from "@reprise/core";

/**
 * The status as a person needs it. A run that says it runs and that nobody holds is `dead` if whoever held it is gone, and `left` if it was given back
 * in the middle: it was closed, something was refused, it was imported or handed off. Which of these, only its journal knows.
 */
export function liveStatus({ status, lease }: Pick<StateHead, "status" | "lease">): string {
  if (status !== "running" || lease === "live") return status;
  return lease === "stale" ? "dead" : "left";
}

const goesOn = "it goes on when it is resumed, by your program or by reprise wake";

/** What to say of such a run; undefined of every other. */
export function nobodyAt(head: Pick<StateHead, "status" | "lease"> | undefined): string | undefined {
  const status = head && liveStatus(head);
  if (status === "dead") return `nobody is at this run: ${goesOn}`;
  return status === "left" ? `nobody is at this run: it was left in the middle; unless it was handed off, ${goesOn}` : undefined;
}
