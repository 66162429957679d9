import { verdict } from "../engine/verdict.ts";
import { isLeaf, type CallNode } from "../history/call-node.ts";
import { callsOf, type RunView } from "../history/fold.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { foldRanges, foldVisible } from "./fold-visible.ts";
import { contains, rangesOf, seqsIn, timelineAt, type Range } from "./ranges.ts";
import { resolvePoint } from "./resolve-point.ts";
import type { TimelinePoint } from "./timeline-point.ts";

/** What a rewind to a point would do, or has done. Addresses are in the order in which their calls were first made. */
export interface TimelinePlan {
  readonly stateId: string;
  /** Seq of the last record that is kept. */
  readonly position: number;
  /** Calls that had ended: their recorded outcome is given again. */
  readonly reused: readonly string[];
  /** Agents, groups and branches that were open: their code runs again, what is below them is reused as listed. And open waits and sleeps: they go on. */
  readonly reentered: readonly string[];
  /** Calls that run again if they are asked for: those made after the point, and leaves that had not ended at it. */
  readonly rerun: readonly string[];
  /** Calls whose next attempt was due. */
  readonly pendingRetries: readonly { readonly address: string; readonly attempt: number }[];
  /** Calls with `repeatable: false` among those that run again: they must be named in `allowRepeat`. */
  readonly nonRepeatable: readonly string[];
}

/** A plan, and what the journal shows if it is carried out. */
export interface PlannedCut {
  readonly plan: TimelinePlan;
  readonly ranges: readonly Range[];
  /** Leaves that begin anew. */
  readonly anew: readonly number[];
  readonly view: RunView;
}

/** Decides what a cut at a point keeps (rules R9 and R11). Throws `POINT_NOT_FOUND`. */
export function planCut(stateId: string, records: readonly JournalRecord[], point: TimelinePoint): PlannedCut {
  const present = foldVisible(stateId, records);
  const position = resolvePoint(point, present, records);
  const timeline = timelineAt(records, position);
  const atPoint = foldRanges(stateId, records, timeline);
  const openLeaves = callsOf(atPoint).filter((node) => isLeaf(node.type) && node.state === "open");
  const { ranges, anew } = withoutAttempts(records, timeline, openLeaves);
  const view = foldRanges(stateId, records, ranges);
  const outlook = outlookOf(view, openLeaves);
  const hidden = callsOf(present).filter((node) => !view.calls.has(node.id));
  return {
    ranges,
    anew,
    view,
    plan: {
      stateId,
      position,
      reused: addressesOf(outlook.reused),
      reentered: addressesOf(outlook.reentered),
      rerun: addressesOf([...hidden, ...openLeaves, ...outlook.rerun]),
      pendingRetries: outlook.pending.map(({ address, attempt }) => ({ address, attempt: attempt + 1 })),
      nonRepeatable: addressesOf([...hiddenStarts(records, present, ranges), ...callsOf(atPoint).filter((node) => node.once && node.state === "open")]),
    },
  };
}

/**
 * A leaf that was open counts as never started, so that it takes whatever input it is now given. All of its records since it
 * last ended are hidden; if it never has, the first one stays, for its place among the calls around it.
 */
function withoutAttempts(records: readonly JournalRecord[], timeline: readonly Range[], openLeaves: readonly CallNode[]): Pick<PlannedCut, "ranges" | "anew"> {
  if (openLeaves.length === 0) return { ranges: timeline, anew: [] };
  const sinceEnd = new Map(openLeaves.map((node): [number, number[]] => [node.id, []]));
  for (const seq of seqsIn(timeline, records.length)) {
    const record = records[seq - 1];
    if (record === undefined) continue;
    const seqs = sinceEnd.get(("c" in record ? record.c : undefined) ?? seq);
    if (seqs === undefined) continue;
    seqs.push(seq);
    if (record.k === "completed" || record.k === "cancelled" || (record.k === "failed" && records[seq]?.k !== "retrying")) seqs.length = 0;
  }
  const anew = [...sinceEnd].filter(([id, seqs]) => seqs[0] === id).map(([id]) => id);
  const hidden = new Set([...sinceEnd].flatMap(([id, seqs]) => seqs.filter((seq) => seq !== id)));
  return { anew, ranges: rangesOf([...seqsIn(timeline, records.length)].filter((seq) => !hidden.has(seq))) };
}

interface Outlook {
  readonly reused: CallNode[];
  readonly reentered: CallNode[];
  readonly rerun: CallNode[];
  readonly pending: CallNode[];
}

function outlookOf(view: RunView, openLeaves: readonly CallNode[]): Outlook {
  const outlook: Outlook = { reused: [], reentered: [], rerun: [], pending: [] };
  const open = new Set(openLeaves.map(({ id }) => id));
  const visit = (nodes: readonly CallNode[], opening: number): void => {
    for (const node of nodes) {
      if (open.has(node.id)) continue;
      switch (verdict(node, opening)) {
        case "reuse":
        case "replay":
          outlook.reused.push(...endedWithin(node));
          break;
        case "continue":
          outlook.pending.push(node);
          break;
        case "begin":
        case "lost":
          outlook.rerun.push(node);
          break;
        case "reenter":
          outlook.reentered.push(node);
          visit(node.children.filter(({ id }) => id >= node.visibleFrom), node.opening);
          break;
        case "execute":
          (isLeaf(node.type) ? outlook.rerun : outlook.reentered).push(node);
          // Its code is opened again, by a record behind all that there is.
          visit(node.children, Infinity);
          break;
      }
    }
  };
  visit(view.top, view.unrecovered ? Infinity : view.opening);
  return outlook;
}

function endedWithin(node: CallNode): CallNode[] {
  return [node, ...node.children.filter(({ state }) => state === "completed").flatMap(endedWithin)];
}

/** R11: calls that must not happen twice, and of which a start would be hidden. */
function hiddenStarts(records: readonly JournalRecord[], present: RunView, ranges: readonly Range[]): CallNode[] {
  const once = new Map([...present.calls].filter(([, node]) => node.once && !node.pinned && node.state !== "unstarted"));
  if (once.size === 0) return [];
  const found = new Set<CallNode>();
  for (const seq of seqsIn(present.visible, records.length)) {
    const record = records[seq - 1];
    const node = record?.k === "started" ? once.get(record.c ?? seq) : record?.k === "restarted" ? once.get(record.c) : undefined;
    if (node !== undefined && !contains(ranges, seq)) found.add(node);
  }
  return [...found];
}

function addressesOf(nodes: readonly CallNode[]): string[] {
  return [...new Set(nodes.toSorted((one, other) => one.id - other.id).map(({ address }) => address))];
}
