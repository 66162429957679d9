import type { ExecutionEvent, StreamItem } from "../events/execution-event.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { everything, type Range } from "../timeline/ranges.ts";
import { emptyView, fold } from "./fold.ts";
import { toEvent } from "./to-event.ts";

/** Which part of a journal is wanted: what is in `visible`, from a seq on. */
export interface WantedPart {
  readonly visible: readonly Range[];
  readonly from: number;
  /** Seq of the last record to be looked at, asked before each one. Default: the last there is. */
  readonly last?: () => number;
}

/** Which events of a journal are wanted, and how many at most. */
export interface WantedEvents extends WantedPart {
  readonly limit?: number;
}

/** The events of a journal: what an event says of a call depends on the records before it. */
export function eventsOf(stateId: string, records: readonly JournalRecord[], { limit = Infinity, ...part }: WantedEvents): ExecutionEvent[] {
  const events: ExecutionEvent[] = [];
  for (const item of itemsOf(stateId, records, part)) {
    if (item.status === "cut") continue;
    events.push(item);
    if (events.length === limit) break;
  }
  return events;
}

/** The events and the cuts of a journal, one by one as they are asked for: what is appended meanwhile comes too. */
export function* itemsOf(stateId: string, records: readonly JournalRecord[], { visible, from, last = () => records.length }: WantedPart): Generator<StreamItem, undefined> {
  const view = emptyView();
  const unstarted = visible === everything ? new Set() : unstartedIn(records, visible);
  for (const [start, end] of visible) {
    for (let seq = start; seq <= end && seq <= last(); seq += 1) {
      const record = records[seq - 1];
      if (record === undefined) break;
      const node = fold(view, record, seq);
      if (seq < from || unstarted.has(seq)) continue;
      const item = record.k === "cut" ? cutOf(stateId, record, seq) : toEvent(stateId, seq, record, node, records[seq]);
      if (item !== undefined) yield item;
    }
  }
}

function cutOf(stateId: string, { at, ranges }: Extract<JournalRecord, { readonly k: "cut" }>, seq: number): StreamItem {
  return Object.freeze({ status: "cut", seq, stateId, at, visible: ranges });
}

/** What only keeps its place did not happen. */
function unstartedIn(records: readonly JournalRecord[], visible: readonly Range[]): Set<number> {
  const unstarted = new Set<number>();
  for (const [start, end] of visible) {
    for (let seq = start; seq <= end && seq <= records.length; seq += 1) {
      const record = records[seq - 1];
      if (record?.k === "cut") for (const id of record.anew ?? []) unstarted.add(id);
    }
  }
  return unstarted;
}
