import type { ExecutionEvent, ErrorRecord, ExecutionStatus } from "@reprise/core/spi";
import type { RunMessage } from "../view/run-view.ts";

/** A stretch of a call's time: an attempt, the delay before the next one, a wait or sleep; or the moment of a reuse. */
export interface CallSegment {
  readonly kind: "attempt" | "backoff" | "wait" | "reuse";
  readonly attempt: number;
  /** Ms since the epoch. */
  readonly from: number;
  /** Undefined while it goes on, as far as is known. */
  readonly to: number | undefined;
  /** How it ended; `lost` for an attempt that another one followed without an outcome. */
  readonly outcome: ExecutionStatus | "lost" | undefined;
  /** Of an attempt that failed. */
  readonly error: ErrorRecord | undefined;
}

/** All segments of a run, by call, in the order of their events. */
export function segmentsByCall(messages: readonly RunMessage[]): ReadonlyMap<number, readonly CallSegment[]> {
  const byCall = new Map<number, CallSegment[]>();
  const of = (call: number): CallSegment[] => {
    const known = byCall.get(call) ?? [];
    byCall.set(call, known);
    return known;
  };
  for (const { topic, message } of messages) {
    if (topic === "event" || topic === "waiting") addEvent(of(message.call), message);
    else if (topic === "recovered") of(message.call).push({ kind: "reuse", attempt: message.attempts, from: message.at, to: message.at, outcome: message.status, error: undefined });
  }
  return byCall;
}

function addEvent(segments: CallSegment[], event: ExecutionEvent): void {
  const { status, at, attempt } = event;
  const begin = (kind: CallSegment["kind"]): void => void segments.push({ kind, attempt, from: at, to: undefined, outcome: undefined, error: undefined });
  switch (status) {
    case "started":
      end(segments, at, "lost", undefined);
      return begin("attempt");
    case "awaiting":
      // A wait asks as soon as it has begun.
      if (segments.at(-1)?.to === undefined) segments.pop();
      return begin("wait");
    case "retrying":
      return begin("backoff");
    case "rejected":
      return;
    case "completed":
    case "failed":
    case "cancelled":
    case "interrupted":
      return end(segments, at, status, event.error);
  }
}

function end(segments: CallSegment[], at: number, outcome: CallSegment["outcome"], error: ErrorRecord | undefined): void {
  const last = segments.at(-1);
  if (last === undefined || last.to !== undefined) return;
  const known = last.kind === "backoff" && outcome === "lost" ? undefined : outcome;
  segments[segments.length - 1] = { ...last, to: Math.max(at, last.from), outcome: known, error };
}
