import { StorageView } from "../engine/storage-view.ts";
import { invalid } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { CallNode, RecordedValue } from "../history/call-node.ts";
import { deepFrozen } from "../history/deep-frozen.ts";
import { callsOf, type RunView } from "../history/fold.ts";
import { statusOf } from "../history/run-history.ts";
import type { CheckpointRecord, JournalRecord } from "../journal/journal-record.ts";
import type { StateMetadata } from "../runs/execution-state.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { firstGone } from "../timeline/kept-ranges.ts";
import { seqsIn, timelineAt, type Range } from "../timeline/ranges.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { CallSnapshot, CheckpointSummary, StateSnapshot } from "./state-snapshot.ts";

/** The snapshot of a run at a position (default: its last record). Throws `NOT_FOUND` without records, `INVALID_OPTION` for a position it does not have. */
export function makeSnapshot(stateId: string, records: readonly JournalRecord[], at: number = records.length): StateSnapshot {
  if (records.length === 0) throw new RepriseError("NOT_FOUND", `run ${stateId} has no records yet`, { stateId });
  if (!(Number.isSafeInteger(at) && at >= 1 && at <= records.length)) invalid("at", `the seq of a record of run ${stateId}: a whole number from 1 to ${records.length}`, at);
  const gone = firstGone(records, timelineAt(records, at));
  if (gone !== undefined) invalid("at", `a position that is still there: a compaction has taken record ${gone} of run ${stateId} away`, at);
  const view = foldVisible(stateId, records, at);
  return deepFrozen({
    stateId,
    seq: at,
    at: view.updatedAt,
    status: view.status,
    metadata: metadataOf(view.metadata),
    ...(view.interruption && { interruption: view.interruption }),
    createdAt: view.createdAt,
    updatedAt: view.updatedAt,
    ...(view.lineage && { lineage: view.lineage }),
    calls: callsOf(view).map(callSnapshot),
    ...storageOf(view),
    checkpoints: checkpointsOf(records, view.visible),
  });
}

/** The checkpoints among the visible records, with the metadata as they were then. */
export function checkpointsOf(records: readonly JournalRecord[], visible: readonly Range[]): CheckpointSummary[] {
  const patches: EncodedValue[] = [];
  const found: CheckpointSummary[] = [];
  let keep = Infinity;
  for (const seq of seqsIn(visible, records.length)) {
    const record = records[seq - 1];
    if (record?.k !== "run" && record?.k !== "checkpoint" && record?.k !== "cut") continue;
    if (record.meta) patches.push(record.meta);
    if (record.k !== "checkpoint") continue;
    found.push(checkpointSummary(record, seq, patches));
    if (record.auto === 1) keep = record.keep ?? Infinity;
  }
  const automatic = found.filter((checkpoint) => checkpoint.automatic === true);
  const unlisted = new Set(automatic.slice(0, Math.max(0, automatic.length - keep)));
  return deepFrozen(found.filter((checkpoint) => !unlisted.has(checkpoint)));
}

function checkpointSummary({ at, status, auto }: CheckpointRecord, seq: number, patches: readonly EncodedValue[]): CheckpointSummary {
  return { seq, at, status, metadata: metadataOf(patches), ...(auto && { automatic: true }) };
}

/** The patches merged as they are recorded: shallowly, the later one wins. */
function metadataOf(patches: readonly EncodedValue[]): StateMetadata {
  return Object.assign({}, ...patches.map((patch) => patch.tree)) as StateMetadata;
}

function callSnapshot(node: CallNode): CallSnapshot {
  const { id, parent, address, type, segment, attempt, startedAt, endedAt, version, input, error, reason, dueAt, state } = node;
  return {
    call: id,
    ...(parent && { parent: parent.id }),
    address,
    type,
    name: segment.name,
    status: statusOf(node),
    attempts: attempt,
    startedAt,
    ...(endedAt !== undefined && state !== "retrying" && { endedAt }),
    ...(version !== undefined && { version }),
    ...(input && { input: input.tree }),
    ...(state === "completed" && withValue(node.value)),
    ...((state === "failed" || state === "retrying") && error && { error }),
    ...((state === "cancelled" || node.interrupted !== undefined) && reason !== undefined && { reason }),
    ...(dueAt !== undefined && { dueAt }),
  };
}

function withValue(value: RecordedValue | undefined): Pick<CallSnapshot, "value"> {
  const tree = treeOf(value);
  return tree === undefined ? {} : { value: tree };
}

/** Undefined for the value undefined. */
function treeOf(value: RecordedValue | undefined): unknown {
  switch (value?.kind) {
    case undefined:
      return undefined;
    case "own":
      return value.value?.tree;
    case "of":
      return treeOf(value.node.value);
    case "list":
      return value.nodes.map((node) => treeOf(node.value) ?? { $u: 0 });
  }
}

/** What somebody who looks at the run finds in its storage and artifacts, as it is recorded. */
function storageOf(view: RunView): Pick<StateSnapshot, "storage" | "artifacts"> {
  const shown = new StorageView(undefined);
  for (const { writes } of view.storage) shown.join(writes);
  const entries = [...shown.keys()].map((key) => {
    const stored = shown.get(key);
    return [key, typeof stored === "object" ? stored.tree : stored] as const;
  });
  const references = [...shown.artifactNames()].flatMap((name) => {
    const reference = shown.artifact(name);
    return reference ? [[name, reference] as const] : [];
  });
  return { storage: Object.fromEntries(entries), artifacts: Object.fromEntries(references) };
}
