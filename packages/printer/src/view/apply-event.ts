import type { ErrorRecord, ExecutionEvent } from "@reprise/core/spi";
import { describeError, messagesWithin } from "./describe-error.ts";
import { childrenOf, isLeaf, type CallView, type RunView } from "./run-view.ts";

/** The call after an event of its own. */
export function applyEvent(view: RunView, call: CallView, event: ExecutionEvent): CallView {
  const next: CallView = {
    ...call,
    source: "ran",
    attempt: event.attempt,
    maxAttempts: event.maxAttempts ?? call.maxAttempts,
    since: event.at,
    dueAt: undefined,
    lastSeq: event.seq,
  };
  switch (event.status) {
    case "started":
      return started(next, call, event);
    case "completed":
      return { ...ended(next, call, event), status: "completed", error: undefined, explained: false };
    case "failed":
      return failed(view, ended(next, call, event), event.error);
    case "retrying": {
      const delayMs = Math.max(0, event.delayMs ?? 0);
      return { ...next, status: "retrying", dueAt: event.dueAt, delayMs, backoffMs: call.backoffMs + delayMs, retryEvents: call.retryEvents + 1 };
    }
    case "cancelled":
      return { ...ended(next, call, event), status: "cancelled" };
  }
}

function started(next: CallView, before: CallView, event: ExecutionEvent): CallView {
  const afterRetry = before.status === "retrying";
  return {
    ...next,
    status: "running",
    spentMs: before.spentMs + (afterRetry ? waited(before, event.at) : 0),
    retryAttempts: before.retryAttempts + (afterRetry ? 1 : 0),
    group: event.group ?? before.group,
  };
}

/** How long a call in backoff has really waited: not longer than asked for, however long no process was there to wait. */
function waited(before: CallView, now: number): number {
  return Math.min(Math.max(0, now - (before.since ?? now)), before.delayMs);
}

function ended(next: CallView, before: CallView, event: ExecutionEvent): CallView {
  const measured = before.status === "running" && before.since !== undefined ? event.at - before.since : 0;
  // A call that is cancelled while it waits has no attempt of its own to add: the failed one is counted.
  const tookMs = before.status === "retrying" ? 0 : Math.max(0, event.executionTimeMs ?? measured);
  const waitedMs = before.status === "retrying" ? waited(before, event.at) : 0;
  return { ...next, spentMs: before.spentMs + waitedMs + tookMs, workMs: before.workMs + tookMs };
}

function failed(view: RunView, call: CallView, error: ErrorRecord | undefined): CallView {
  const summary = error === undefined ? undefined : describeError(error);
  const explained = error !== undefined && !isLeaf(call) && explainedByChild(view, call, error);
  const failures = explained ? call.failures : [...call.failures, summary?.code ?? "Error"];
  return { ...call, status: "failed", error: summary, explained, failures };
}

function explainedByChild(view: RunView, call: CallView, error: ErrorRecord): boolean {
  const messages = messagesWithin(error);
  return childrenOf(view, call.call).some(
    (child) => child.status === "failed" && child.error !== undefined && messages.has(child.error.message),
  );
}

/** How long a call has taken so far, in ms; undefined if nothing of it was seen. */
export function durationOf(call: CallView, now: number): number | undefined {
  if (call.source !== "ran") return undefined;
  if (call.since === undefined || (call.status !== "running" && call.status !== "retrying")) return call.spentMs;
  return call.spentMs + Math.max(0, now - call.since);
}
