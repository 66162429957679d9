import type { ExecutionEvent } from "../events/execution-event.ts";
import type { PlainData } from "../ports/retry.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import type { CallNode } from "./call-node.ts";
import { deepFrozen } from "./deep-frozen.ts";
import { decodeValue } from "./decode-node.ts";
import { lazily } from "./lazy-property.ts";

/**
 * The event of a record, from the call as it is right after the record was folded, and the record behind it, if there is
 * one; undefined for records that are not about a call.
 */
export function toEvent(stateId: string, seq: number, record: JournalRecord, node: CallNode | undefined, next: JournalRecord | undefined): ExecutionEvent | undefined {
  if (node === undefined || record.k === "run" || record.k === "session" || record.k === "checkpoint" || record.k === "interruption" || record.k === "storage" || record.k === "cut") return undefined;
  if (record.k === "expired" || record.k === "now" || record.k === "message" || record.k === "sealed" || record.k === "received" || record.k === "gone") return undefined;
  const common = {
    seq,
    stateId,
    address: node.address,
    type: node.type,
    name: node.segment.name,
    call: node.id,
    parent: node.parent?.id,
    attempt: node.attempt,
    at: record.at,
  };
  // Kept here: the call may come to another value later, and a pass may bring another input.
  const { value, input } = node;
  const executionTimeMs = Math.max(0, record.at - node.attemptAt);
  switch (record.k) {
    case "started":
      return lazily({ ...common, status: "started", ...groupOf(node) }, "input", () => input?.decode());
    case "restarted": {
      const event = { ...common, status: "started" as const, ...(record.opening && { opening: record.opening }), ...maxOf(node), ...groupOf(node) };
      return record.i === undefined ? Object.freeze(event) : lazily(event, "input", () => input?.decode());
    }
    case "completed":
      return lazily({ ...common, status: "completed", executionTimeMs, ...(record.pin === 1 && { pinned: true }) }, "value", () => decodeValue(value));
    case "failed":
      return Object.freeze({ ...common, status: "failed", executionTimeMs, error: deepFrozen(record.e), final: !(next?.k === "retrying" && next.c === record.c) });
    case "retrying":
      return Object.freeze({
        ...common,
        status: "retrying",
        delayMs: record.delay,
        dueAt: record.due,
        ...maxOf(node),
        ...(node.error && { error: deepFrozen(node.error) }),
        ...(record.cfg !== undefined && { retryConfig: deepFrozen(record.cfg as PlainData) }),
      });
    case "awaiting": {
      const { prompt } = record;
      const event: ExecutionEvent = { ...common, status: "awaiting", ...(record.due !== undefined && { dueAt: record.due }), ...(record.delay !== undefined && { delayMs: record.delay }) };
      return prompt === undefined ? Object.freeze(event) : lazily(event, "prompt", () => prompt.decode());
    }
    case "rejected":
      return Object.freeze({ ...common, status: "rejected", reason: record.why });
    case "interrupted":
      return Object.freeze({ ...common, status: "interrupted", ...(node.state === "open" && record.idle !== 1 && { executionTimeMs }), reason: record.why });
    case "cancelled":
      return Object.freeze({ ...common, status: "cancelled", executionTimeMs, reason: record.why });
  }
}

function groupOf(node: CallNode): Pick<ExecutionEvent, "group"> {
  return node.workers === undefined ? {} : { group: { size: node.input?.length ?? 0, maxWorkers: node.workers } };
}

function maxOf(node: CallNode): Pick<ExecutionEvent, "maxAttempts"> {
  return node.maxAttempts === undefined ? {} : { maxAttempts: node.maxAttempts };
}
