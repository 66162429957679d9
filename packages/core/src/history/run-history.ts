import type { ExecutionStatus } from "../events/event-type.ts";
import type { ExecutionEvent } from "../events/execution-event.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { isPause, type CallNode } from "./call-node.ts";
import { deepFrozen } from "./deep-frozen.ts";
import { decodeInput, decodeValue } from "./decode-node.ts";
import { emptyView, fold, type RunView } from "./fold.ts";
import type { CallSummary, History } from "./history.ts";
import { queryCalls, queryEvents, type EventQuery, type HistoryQuery } from "./history-query.ts";
import { toEvent } from "./to-event.ts";

/** The history of a run in this process, live or loaded. */
export class RunHistory implements History {
  readonly #view: RunView;
  readonly #records: readonly JournalRecord[];

  constructor(view: RunView, records: readonly JournalRecord[]) {
    this.#view = view;
    this.#records = records;
  }

  get lastSeq(): number {
    return this.#records.length;
  }

  events(query: number | EventQuery = {}): ExecutionEvent[] {
    return queryEvents(eventsOf(this.#view.stateId, this.#records, 1), typeof query === "number" ? { from: query } : query);
  }

  get(address: string): CallSummary | undefined {
    let found: CallNode | undefined;
    for (const node of this.#view.calls.values()) if (node.address === address) found = node;
    return found && summaryOf(found);
  }

  calls(query: HistoryQuery = {}): CallSummary[] {
    return queryCalls([...this.#view.calls.values()].map(summaryOf), query);
  }
}

/** The events of a journal from `from` on: what an event says of a call depends on the records before it. */
export function eventsOf(stateId: string, records: readonly JournalRecord[], from: number, limit = Infinity): ExecutionEvent[] {
  const view = emptyView();
  const events: ExecutionEvent[] = [];
  for (const [index, record] of records.entries()) {
    const seq = index + 1;
    const node = fold(view, record, seq);
    if (seq < from) continue;
    const event = toEvent(stateId, seq, record, node, records[seq]);
    if (event) events.push(event);
    if (events.length === limit) break;
  }
  return events;
}

/** The status of a call as its last event said it. */
export function statusOf(node: CallNode): ExecutionStatus {
  if (node.state !== "open") return node.state;
  return isPause(node.type) ? "awaiting" : "started";
}

function summaryOf(node: CallNode): CallSummary {
  const { id, address, type, attempt, startedAt, endedAt, value } = node;
  const error = deepFrozen(node.error);
  const status = statusOf(node);
  return Object.defineProperties(
    { call: id, parent: node.parent?.id, address, type, name: node.segment.name, status, attempts: attempt, startedAt, endedAt, error },
    { input: { get: () => decodeInput(node), enumerable: true }, value: { get: () => decodeValue(value), enumerable: true } },
  ) as CallSummary;
}
