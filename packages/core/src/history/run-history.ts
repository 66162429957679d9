import { checkObject, checkOneOf, invalid } from "../errors/invalid.ts";
import type { ExecutionStatus } from "../events/event-type.ts";
import type { ExecutionEvent } from "../events/execution-event.ts";
import type { Redactor } from "../events/redactor.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { everything } from "../timeline/ranges.ts";
import { sealOf } from "../transfer/sealed.ts";
import { isPause, type CallNode } from "./call-node.ts";
import { deepFrozen } from "./deep-frozen.ts";
import { decodeInput, decodeValue } from "./decode-node.ts";
import { eventsOf } from "./events-of.ts";
import { callsOf, type RunView } from "./fold.ts";
import type { CallSummary, History } from "./history.ts";
import { queryCalls, queryEvents, type CallQuery, type EventQuery } from "./history-query.ts";

/** The history of a run in this process, live or loaded. */
export class RunHistory implements History {
  readonly #view: RunView;
  readonly #records: readonly JournalRecord[];
  /** Events are shown; calls are looked at, unless somebody asks for them as they are shown. */
  readonly #redactor: Redactor | undefined;

  constructor(view: RunView, records: readonly JournalRecord[], redactor?: Redactor) {
    this.#view = view;
    this.#records = records;
    this.#redactor = redactor;
  }

  get lastSeq(): number {
    return this.#records.length;
  }

  get sealed(): boolean {
    return sealOf(this.#records) !== undefined;
  }

  events(query: number | EventQuery = {}): ExecutionEvent[] {
    const { timeline = "present", ...rest } = typeof query === "number" ? { from: query } : query;
    checkOneOf("timeline", ["present", "all"], timeline);
    const events = queryEvents(eventsOf(this.#view.stateId, this.#records, { from: 1, visible: timeline === "all" ? everything : this.#view.visible }), rest);
    const redactor = this.#redactor;
    return redactor === undefined ? events : events.map((event) => redactor.event(event));
  }

  get(address: string): CallSummary | undefined {
    let found: CallNode | undefined;
    for (const node of callsOf(this.#view)) if (node.address === address) found = node;
    return found && summaryOf(found);
  }

  calls(query: CallQuery = {}): CallSummary[] {
    checkObject("query", query);
    const { redacted = false, ...rest } = query;
    if (typeof redacted !== "boolean") invalid("redacted", "true or false", redacted);
    const calls = queryCalls(callsOf(this.#view).map(summaryOf), rest);
    const redactor = redacted ? this.#redactor : undefined;
    return redactor === undefined ? calls : calls.map((call) => redactor.call(call));
  }
}

/** The status of a call as its last event said it. */
export function statusOf(node: CallNode): ExecutionStatus {
  if (node.state === "unstarted") return "started";
  if (node.interrupted !== undefined) return "interrupted";
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
