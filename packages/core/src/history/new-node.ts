import { parseAddress, type Segment } from "../address/address.ts";
import type { EventType } from "../events/event-type.ts";
import type { StartedRecord } from "../journal/journal-record.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { CallNode, CallState, RecordedValue } from "./call-node.ts";
import type { RunView } from "./fold.ts";

/** What every call has of its own. The rest stands on the prototype until it is set: a run holds one of these for each of its calls. */
class RecordedCall {
  readonly id: number;
  begun: number;
  readonly parent: CallNode | undefined;
  readonly address: string;
  readonly path: string;
  readonly type: EventType;
  readonly segment: Segment;
  input: EncodedValue | undefined;
  state: CallState = "open";
  attempt = 1;
  opening: number;
  visibleFrom: number;
  endSeq = 0;
  startedAt: number;
  budgetAt: number;
  attemptAt: number;
  endedAt: number | undefined = undefined;
  value: RecordedValue | undefined = undefined;

  constructor(record: StartedRecord, seq: number, parent: CallNode | undefined) {
    const { path, type, segment } = parseAddress(record.a);
    this.id = seq;
    this.begun = seq;
    this.parent = parent;
    this.address = record.a;
    this.path = path;
    this.type = type;
    this.segment = segment;
    this.input = inputOf(record, parent);
    this.opening = seq;
    this.visibleFrom = seq;
    this.startedAt = record.at;
    this.budgetAt = record.at;
    this.attemptAt = record.at;
  }
}

type Rare = { -readonly [Field in Exclude<keyof CallNode, keyof RecordedCall>]: CallNode[Field] };

/** What is the same for most calls. */
const rare: Rare = {
  fingerprint: undefined,
  root: false,
  once: false,
  timeline: 0,
  workers: undefined,
  children: Object.freeze<CallNode[]>([]),
  givenTo: undefined,
  version: undefined,
  failures: 0,
  lost: 0,
  openingKind: "first",
  lastIssued: 0,
  endedParent: false,
  failedThroughChild: false,
  writes: Object.freeze([]),
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
  chance: undefined,
  pinned: false,
  times: undefined,
};
Object.assign(RecordedCall.prototype, rare);

/** A call as it is right after its first record. */
export function newNode(view: Pick<RunView, "cut">, record: StartedRecord, seq: number, parent: CallNode | undefined): CallNode {
  const node = new RecordedCall(record, seq, parent) as RecordedCall & Rare;
  if (record.ver !== undefined) node.version = record.ver;
  if (record.fp !== undefined) node.fingerprint = record.fp;
  if (record.root === 1) node.root = true;
  if (record.once === 1) node.once = true;
  if (view.cut !== undefined) node.timeline = view.cut.seq;
  if (record.workers !== undefined) node.workers = record.workers;
  if (record.was !== undefined) node.chance = record.was;
  return node;
}

/** Makes a call that a cut had made unstarted what it is right after its first record, in its place. */
export function beginAnew(before: CallNode, node: CallNode): CallNode {
  return Object.assign(before, rare, node, { id: before.id });
}

/** Adds a call to those that another one has made. */
export function addChild(parent: CallNode, node: CallNode): void {
  if (parent.children === rare.children) (parent as Rare).children = [node];
  else (parent.children as CallNode[]).push(node);
}

function inputOf(record: StartedRecord, parent: CallNode | undefined): EncodedValue | undefined {
  if (record.ip === 1) return parent?.input;
  if (record.ix !== undefined) return parent?.input?.item(record.ix);
  return record.i;
}
