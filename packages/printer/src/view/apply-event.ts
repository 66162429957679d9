import { factsAfter, type ErrorRecord, type ExecutionEvent } from "@reprise/core/spi";
import { describeError, messagesWithin } from "./describe-error.ts";
import { childrenOf, isLeaf, isOpen, type CallView, type RunView } from "./run-view.ts";

/** The call after an event of its own. */
export function applyEvent(view: RunView, call: CallView, event: ExecutionEvent): CallView {
  const next: CallView = { ...factsAfter(call, event), source: "ran", lastSeq: event.seq };
  switch (event.status) {
    case "started":
      return { ...next, group: event.group ?? call.group };
    case "completed":
      return { ...next, pinned: event.pinned === true, error: undefined, explained: false };
    case "failed":
      return failed(view, next, event.error);
    case "awaiting":
      return { ...next, prompt: "prompt" in event ? () => event.prompt : undefined };
    case "retrying":
    case "rejected":
    case "cancelled":
    case "interrupted":
      return next;
  }
}

function failed(view: RunView, call: CallView, error: ErrorRecord | undefined): CallView {
  const summary = error === undefined ? undefined : describeError(error);
  const explained = error !== undefined && !isLeaf(call) && explainedByChild(view, call, error);
  const failures = explained ? call.failures : [...call.failures, summary?.code ?? "Error"];
  return { ...call, error: summary, explained, failures };
}

function explainedByChild(view: RunView, call: CallView, error: ErrorRecord): boolean {
  const messages = messagesWithin(error);
  return childrenOf(view, call.call).some(
    (child) => child.status === "failed" && child.error !== undefined && messages.has(child.error.message),
  );
}

/** How long a call has taken so far, in ms; undefined if nothing of it is known. */
export function durationOf(call: CallView, now: number): number | undefined {
  if (call.source === "recovered" || (call.source === "implied" && call.since === undefined)) return undefined;
  // Code that was interrupted goes on in the same attempt: it has no time of its own yet.
  if (call.status === "interrupted" && call.spentMs === 0) return undefined;
  if (call.since === undefined || !isOpen(call)) return call.spentMs;
  return call.spentMs + Math.max(0, now - call.since);
}
