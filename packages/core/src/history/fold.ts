import type { RetrySettings } from "../actors/call-policy.ts";
import type { StateStatus } from "../events/event-type.ts";
import type { InterruptSignal } from "../events/interrupt-signal.ts";
import { CorruptError } from "../errors/storage-errors.ts";
import type { CompletedRecord, CutRecord, InterruptionRecord, JournalRecord, StartedRecord, StorageWrite } from "../journal/journal-record.ts";
import type { PlainData } from "../ports/retry.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { ReplayMode } from "../journal/replay-mode.ts";
import { everything, type Range } from "../timeline/ranges.ts";
import { emptyMail, receive, type Mail } from "./mail.ts";
import { addChild, beginAnew, newNode } from "./new-node.ts";
import { attribute, endNode, goOn, restartNode, setIfOther } from "./change-node.ts";
import type { CallNode, RecordedTime, RecordedValue } from "./call-node.ts";

/** Writes that joined the storage of the run together. */
export interface StorageJoin {
  readonly seq: number;
  /** Undefined for writes made outside any actor. */
  readonly call: CallNode | undefined;
  readonly writes: readonly StorageWrite[];
}

/** Where a fork comes from. */
export interface Lineage {
  /** The run it was made from. */
  readonly stateId: string;
  /** Seq of the last record of that run which it took over. */
  readonly seq: number;
}

/** The state of a run: the fold of its records. */
export interface RunView {
  readonly calls: Map<number, CallNode>;
  /** Calls made at the top of the run. */
  readonly top: CallNode[];
  /** The call that `execute` began. */
  root: CallNode | undefined;
  stateId: string;
  createdAt: number;
  updatedAt: number;
  status: StateStatus;
  /** While it is awaiting: when it goes on by itself, in ms since the epoch. */
  wakeAt: number | undefined;
  /** Metadata patches in order. */
  readonly metadata: EncodedValue[];
  /** What has joined the storage of the run, in order: writes made outside any actor, and those of completed calls at the top. */
  readonly storage: StorageJoin[];
  /** Seq of the session that opened the failed run again, the last time that was so; 0 if it never was (rule R4). */
  opening: number;
  /** Seq of the last call made at the top. */
  lastIssued: number;
  /** The retry settings of the run, as they were last recorded (rule T1). */
  retry: RetrySettings;
  /** The answers that have come. */
  readonly mail: Mail;
  /** What code outside any actor was told by `now()`, in order. */
  times: RecordedTime[] | undefined;
  /** The records it is the fold of. */
  visible: readonly Range[];
  /** It has failed, and no session has opened it again since. */
  unrecovered: boolean;
  /** The last cut it shows: its seq, the address it was to resume from, and whether the run has completed since. */
  cut: { readonly seq: number; readonly resume: string | undefined; completed: boolean } | undefined;
  /** Of a fork: what it was made from, and the values it gives calls with these addresses (rule R10). */
  lineage: Lineage | undefined;
  pins: ReadonlyMap<string, EncodedValue>;
  /** The run that the chance of code outside any actor is drawn for; undefined for this one. */
  chance: string | undefined;
  /** The INCREMENTAL pass that has not been completed: the seq of the session that began it, and what it was to execute in any case. */
  pass: { readonly since: number; readonly force: readonly string[] } | undefined;
  /** What it was interrupted with, if it has not gone on since. */
  interruption: InterruptSignal | undefined;
  /** The calls that were open then. */
  readonly interrupted: CallNode[];
  /** Addresses of calls with `repeatable: false` that a cut allows to run again, once (rule R11). */
  readonly mayRepeat: Set<string>;
}

const noPins: ReadonlyMap<string, EncodedValue> = new Map();

/** The state of a run without records. */
export function emptyView(): RunView {
  return {
    calls: new Map(),
    top: [],
    root: undefined,
    stateId: "",
    createdAt: 0,
    updatedAt: 0,
    status: "running",
    wakeAt: undefined,
    metadata: [],
    storage: [],
    opening: 0,
    lastIssued: 0,
    retry: {},
    times: undefined,
    mail: emptyMail(),
    visible: everything,
    unrecovered: false,
    cut: undefined,
    lineage: undefined,
    pins: noPins,
    chance: undefined,
    pass: undefined,
    interruption: undefined,
    interrupted: [],
    mayRepeat: new Set(),
  };
}

/**
 * Applies one record. The same function serves load and live append, so that what is live and what is restored cannot
 * differ; it is never given a record that a cut has hidden. Returns the call concerned.
 */
export function fold(view: RunView, record: JournalRecord, seq: number): CallNode | undefined {
  const before = view.updatedAt;
  view.updatedAt = record.at;
  switch (record.k) {
    case "run":
      view.stateId = record.id;
      view.createdAt = record.at;
      view.lineage = record.parent && { stateId: record.parent.id, seq: record.parent.seq };
      view.pins = record.pins ? new Map(record.pins) : noPins;
      view.chance = record.was;
      if (record.meta) view.metadata.push(record.meta);
      view.retry = record.retry ?? view.retry;
      return undefined;
    case "session":
      view.status = "running";
      view.retry = record.retry ?? view.retry;
      view.unrecovered = false;
      view.interruption = undefined;
      goOn(view);
      if (record.mode === ReplayMode.INCREMENTAL) view.pass = { since: seq, force: record.force ?? [] };
      if (record.opening !== undefined) view.opening = seq;
      return undefined;
    case "interruption":
      view.status = "interrupted";
      view.interruption = signalOf(record);
      return undefined;
    case "checkpoint":
      view.status = record.status;
      view.wakeAt = record.wake;
      view.unrecovered = record.status === "failed";
      if (record.status === "completed" && view.cut) view.cut.completed = true;
      if (record.status === "completed") view.pass = undefined;
      if (record.meta) view.metadata.push(record.meta);
      for (const id of record.through ?? []) nodeOf(view, id, seq).endedParent = true;
      return undefined;
    case "message":
      receive(view.mail, record);
      view.mail.early.push(record);
      return undefined;
    case "now":
      ((record.p === undefined ? view : nodeOf(view, record.p, seq)).times ??= []).push({ seq, at: record.at });
      return undefined;
    case "storage":
      view.storage.push({ seq, call: undefined, writes: record.w });
      return undefined;
    case "cut":
      cut(view, record, seq, before);
      return undefined;
    case "sealed":
    case "received":
    case "gone":
      return undefined;
    case "started":
      return open(view, record, seq);
    default:
      return change(view, record, seq);
  }
}

/** The calls that have begun. */
export function callsOf(view: RunView): CallNode[] {
  return [...view.calls.values()].filter(({ state }) => state !== "unstarted");
}

function cut(view: RunView, record: CutRecord, seq: number, before: number): void {
  view.status = "paused";
  view.interruption = undefined;
  for (const id of record.anew ?? []) nodeOf(view, id, seq).state = "unstarted";
  view.cut = { seq, resume: record.resume, completed: false };
  if (record.meta) view.metadata.push(record.meta);
  for (const address of record.allow ?? []) view.mayRepeat.add(address);
  // The time of what was hidden is not the time of the calls that are open: limits and pauses go on from the point (rules T5, I5).
  const hiddenMs = Math.max(0, record.at - before);
  for (const node of view.calls.values()) {
    if (node.state !== "open" && node.state !== "retrying") continue;
    node.budgetAt += hiddenMs;
    if (node.state === "open" && node.dueAt !== undefined && node.delayMs !== undefined) node.dueAt += hiddenMs;
  }
}

type ChangeRecord = Extract<JournalRecord, { readonly c: number }>;

function change(view: RunView, record: ChangeRecord, seq: number): CallNode {
  const node = nodeOf(view, record.c, seq);
  switch (record.k) {
    case "restarted":
      restartNode(view, node, record, seq);
      break;
    case "expired":
      node.expired = { option: record.option, limitMs: record.limit };
      break;
    case "completed":
      endNode(node, "completed", record.at, seq);
      attribute(node, record);
      node.value = valueOf(view, record, seq);
      if (record.msg !== undefined) receive(view.mail, { msg: record.msg, aid: record.aid });
      setIfOther(node, "message", record.msg);
      if (record.w !== undefined || node.writes.length > 0) node.writes = record.w ?? [];
      setIfOther(node, "pinned", record.pin === 1);
      if (node.parent === undefined && record.w) view.storage.push({ seq, call: node, writes: record.w });
      break;
    case "failed":
      endNode(node, "failed", record.at, seq);
      attribute(node, record);
      node.error = record.e;
      node.failedThroughChild = (record.through?.length ?? 0) > 0;
      node.failures += 1;
      node.lost = 0;
      if (record.b) node.branches = record.b.map((id) => (id === null ? undefined : nodeOf(view, id, seq)));
      for (const id of record.through ?? []) nodeOf(view, id, seq).endedParent = true;
      break;
    case "retrying":
      node.state = "retrying";
      node.dueAt = record.due;
      node.delayMs = record.delay;
      node.maxAttempts = record.max;
      node.retryConfig = record.cfg as PlainData | undefined;
      break;
    case "rejected":
      receive(view.mail, record);
      break;
    case "awaiting":
      node.dueAt = record.due;
      node.delayMs = record.delay;
      node.token = record.token;
      node.prompt = record.prompt;
      break;
    case "interrupted":
      node.interrupted = record.idle === 1 ? "idle" : "running";
      node.reason = record.why;
      view.interrupted.push(node);
      break;
    case "cancelled":
      endNode(node, "cancelled", record.at, seq);
      node.reason = record.why;
      break;
  }
  return node;
}

function open(view: RunView, record: StartedRecord, seq: number): CallNode {
  const parent = record.p === undefined ? undefined : nodeOf(view, record.p, seq);
  for (const [id, input] of record.given ?? []) nodeOf(view, id, seq).givenTo = input;
  const node = newNode(view, record, seq, parent);
  view.mayRepeat.delete(node.address);
  // Where a call begins anew, whoever asked for it had asked before: nothing else has changed around it.
  if (record.c !== undefined) return beginAnew(nodeOf(view, record.c, seq), node);
  view.calls.set(seq, node);
  if (parent === undefined) view.top.push(node);
  else addChild(parent, node);
  (parent ?? view).lastIssued = seq;
  if (node.root) view.root = node;
  return node;
}

function valueOf(view: RunView, record: CompletedRecord, seq: number): RecordedValue {
  if (record.vc !== undefined) return { kind: "of", node: nodeOf(view, record.vc, seq) };
  if (record.vb !== undefined) return { kind: "list", nodes: record.vb.map((id) => nodeOf(view, id, seq)) };
  return { kind: "own", value: record.v };
}

function signalOf({ reason, message, by, saved }: InterruptionRecord): InterruptSignal {
  return { reason, ...(message !== undefined && { message }), ...(by !== undefined && { triggeredBy: by }), saveCheckpoint: saved !== 0 };
}

function nodeOf(view: RunView, id: number, seq: number): CallNode {
  const node = view.calls.get(id);
  if (node === undefined) throw new CorruptError(`run ${view.stateId}: record ${seq} names call ${id}, which is not in the journal`, { stateId: view.stateId });
  return node;
}
