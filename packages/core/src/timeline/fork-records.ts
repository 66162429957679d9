import { isLeaf } from "../history/call-node.ts";
import { parseAddress } from "../address/address.ts";
import type { CutRecord, JournalRecord, RunRecord } from "../journal/journal-record.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { lastRoot } from "./last-root.ts";
import type { PlannedCut } from "./plan-cut.ts";
import { copyOf } from "./renumber.ts";

/** What a fork is made of beside the records it takes over. */
export interface ForkSettings {
  /** Of the new run. */
  readonly stateId: string;
  readonly at: number;
  readonly pins: ReadonlyMap<string, EncodedValue>;
  /** A token for a wait. */
  readonly newToken: () => string;
  /** Added to the metadata of the run. */
  readonly meta: EncodedValue;
  /** Addresses of calls that must not happen twice and may run again. */
  readonly allow: readonly string[];
}

/**
 * The journal of a fork: the visible records up to the point with seqs of their own, and a cut behind them, which leaves the
 * run at rest (rule R10).
 */
export function forkRecords(records: readonly JournalRecord[], { plan, ranges, anew }: PlannedCut, settings: ForkSettings): JournalRecord[] {
  const { stateId: parent } = plan;
  const copy = copyOf(records, ranges);
  const kept = [...copy.seqs.keys()];
  const copied = copy.records.map((record, index) => takenOver(record, { stateId: parent, seq: kept[index] ?? 0 }, settings.newToken));
  const [first, ...rest] = copied;
  if (first?.k !== "run") return [];
  const last = copied.length;
  const pins = new Map([...(first.pins ?? []), ...settings.pins]);
  const { pins: _pins, root: _root, ...inherited } = first;
  const hidden = copied.some((record) => record.k === "started" && record.root === 1) ? undefined : lastRoot(records);
  const run: RunRecord = {
    ...inherited,
    at: settings.at,
    id: settings.stateId,
    parent: { id: parent, seq: plan.position, n: last + 1 },
    was: first.was ?? parent,
    ...(hidden && { root: { a: hidden.a, ...(hidden.i && { i: hidden.i }) } }),
    ...(pins.size > 0 && { pins: [...pins] }),
  };
  const end: CutRecord = {
    k: "cut",
    at: settings.at,
    ranges: [[1, last]],
    ...(anew.length > 0 && { anew: anew.flatMap((seq) => copy.seqs.get(seq) ?? []) }),
    why: { position: last },
    meta: settings.meta,
    ...(settings.allow.length > 0 && { allow: [...settings.allow] }),
  };
  return [run, ...rest, end];
}

/**
 * A record as it stands in a fork. Whoever may answer the original's waits may not answer the fork's; code that is entered again
 * draws what it drew: what it was then is kept (rules R10, I5).
 */
export function takenOver(record: JournalRecord, { stateId, seq }: { readonly stateId: string; readonly seq: number }, newToken: () => string): JournalRecord {
  if (record.k === "awaiting" && record.token !== undefined) return { ...record, token: newToken() };
  const opens = record.k === "started" ? !isLeaf(parseAddress(record.a).type) : record.k === "restarted" && record.opening !== undefined && record.reuse !== true;
  return opens && (record.k === "started" || record.k === "restarted") ? { ...record, was: record.was ?? [stateId, seq] } : record;
}
