import { factsAfter, type ErrorRecord, type ExecutionEvent } from "@reprise/core/spi";
import { describeError, messagesWithin } from "./describe-error.ts";
import { childrenOf, isLeaf, isOpen, type CallView, type RunView } from "./run-view.ts";

/** A call while it is made: filled in place, so that an event costs one copy of what is known of its call. */
type Draft = { -readonly [Name in keyof CallView]: CallView[Name] };

/** The call after an event of its own. */
export function applyEvent(view: RunView, call: CallView, event: ExecutionEvent): CallView {
  const next: Draft = factsAfter(call, event);
  next.source = "ran";
  next.lastSeq = event.seq;
  switch (event.status) {
    case "started":
      next.group = event.group ?? call.group;
      return next;
    case "completed":
      next.pinned = event.pinned === true;
      next.error = undefined;
      next.explained = false;
      return next;
    case "failed":
      fail(view, next, event.error);
      return next;
    case "awaiting":
      next.prompt = "prompt" in event ? () => event.prompt : undefined;
      return next;
    case "retrying":
    case "rejected":
    case "cancelled":
    case "interrupted":
      return next;
  }
}

function fail(view: RunView, call: Draft, error: ErrorRecord | undefined): void {
  const summary = error === undefined ? undefined : describeError(error);
  call.error = summary;
  call.explained = error !== undefined && !isLeaf(call) && explainedByChild(view, call, error);
  if (!call.explained) call.failures = [...call.failures, summary?.code ?? "Error"];
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
