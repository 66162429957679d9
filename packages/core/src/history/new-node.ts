import { parseAddress } from "../address/address.ts";
import type { StartedRecord } from "../journal/journal-record.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { CallNode } from "./call-node.ts";
import type { RunView } from "./fold.ts";

/** A call as it is right after its first record. */
export function newNode(view: Pick<RunView, "cut">, record: StartedRecord, seq: number, parent: CallNode | undefined): CallNode {
  const { path, type, segment } = parseAddress(record.a);
  return {
    id: seq,
    begun: seq,
    parent,
    address: record.a,
    path,
    type,
    segment,
    input: inputOf(record, parent),
    version: record.ver,
    givenTo: undefined,
    fingerprint: record.fp,
    root: record.root === 1,
    once: record.once === 1,
    timeline: view.cut?.seq ?? 0,
    workers: record.workers,
    children: [],
    state: "open",
    attempt: 1,
    failures: 0,
    lost: 0,
    opening: seq,
    openingKind: "first",
    visibleFrom: seq,
    lastIssued: 0,
    endedParent: false,
    failedThroughChild: false,
    endSeq: 0,
    startedAt: record.at,
    budgetAt: record.at,
    attemptAt: record.at,
    endedAt: undefined,
    value: undefined,
    writes: [],
    error: undefined,
    reason: undefined,
    interrupted: undefined,
    branches: undefined,
    expired: undefined,
    dueAt: undefined,
    delayMs: undefined,
    maxAttempts: undefined,
    retryConfig: undefined,
    token: undefined,
    prompt: undefined,
    message: undefined,
    times: undefined,
    chance: record.was,
    pinned: false,
  };
}

function inputOf(record: StartedRecord, parent: CallNode | undefined): EncodedValue | undefined {
  if (record.ip === 1) return parent?.input;
  if (record.ix !== undefined) return parent?.input?.item(record.ix);
  return record.i;
}
