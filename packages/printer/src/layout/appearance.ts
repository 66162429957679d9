import type { EventType, ExecutionEvent } from "@reprise/core/spi";
import type { Glyphs } from "../text/glyphs.ts";
import type { Tone } from "../text/line.ts";
import type { CallStatus, CallView } from "../view/run-view.ts";

/** What a row shows of a call's standing: its status, or that it was reused. */
export type Appearance = CallStatus | "recovered";

/** How a call appears. A recorded failure that was replayed still appears as a failure. */
export function appearanceOf(call: CallView): Appearance {
  return call.source === "recovered" && call.status === "completed" ? "recovered" : call.status;
}

/** How an event appears. An answer that was refused is a failure, though not the call's. */
export function appearanceOfEvent({ status }: ExecutionEvent): Appearance {
  if (status === "started") return "running";
  return status === "rejected" ? "failed" : status;
}

/** The sign of an appearance. */
export function glyphOf(appearance: Appearance, glyphs: Glyphs): string {
  return glyphs[appearance];
}

/** Kinds in at most five columns. */
export const kindNames: Readonly<Record<EventType, string>> = {
  agent_call: "agent",
  tool_call: "tool",
  llm_call: "llm",
  group: "group",
  branch: "item",
  wait_call: "wait",
  sleep_call: "sleep",
};

/** What an event says of time, in ms: of the whole call where it has ended, else of the attempt. */
export function tookMs(call: CallView, event: ExecutionEvent): number | undefined {
  const over = event.status === "completed" || event.status === "cancelled" || event.final === true;
  return over && event.executionTimeMs !== undefined ? call.spentMs : event.executionTimeMs;
}

/** `2/5`, or `2` where the budget is not known, of an attempt of a call, by default its last; empty for a single one that needs no mention. */
export function attemptsText({ status, maxAttempts, attempt: last }: CallView, attempt: number = last): string {
  const worthSaying = attempt > 1 || status === "retrying" || (status === "failed" && (maxAttempts ?? 1) > 1);
  if (!worthSaying || attempt === 0) return "";
  return maxAttempts === undefined ? String(attempt) : `${attempt}/${maxAttempts}`;
}

/** The tone in which the status of a whole run is shown. */
export function toneOfRun(status: string): Tone {
  if (status === "completed" || status === "failed" || status === "running" || status === "interrupted") return status;
  return status === "awaiting" || status === "paused" ? "retrying" : "cancelled";
}
