import { formatCount } from "../text/format.ts";
import { childrenOf, isOpen, type CallView, type RunView } from "../view/run-view.ts";
import { branchKey, labelOf } from "../view/scope.ts";
import { appearanceOf, type Appearance } from "./appearance.ts";

/** A call's place in the tree. */
export interface CallRow {
  readonly call: CallView;
  readonly appearance: Appearance;
  /** `{3}` of the branch this row also stands for. */
  readonly key: string | undefined;
  readonly label: string;
  /** For each level, whether siblings follow; the last entry is the row's own. */
  readonly levels: readonly boolean[];
  readonly hasChildren: boolean;
  /** `2/4` of a group. */
  readonly progress: string | undefined;
  /** Since when it is known to go on, in ms since the epoch, where nothing tells when it began. */
  readonly since?: number | undefined;
}

/** Stands for children that are not shown. */
export interface MoreRow {
  readonly more: string;
  readonly levels: readonly boolean[];
}

/** The rows below a parent, depth first, siblings in the order in which they were issued. */
export function treeRows(view: RunView, parent: number, maxChildren: number): readonly (CallRow | MoreRow)[] {
  return rowsOf(view, childrenOf(view, parent), { maxChildren, ofGroup: view.calls.get(parent)?.type === "group", goesOn: false });
}

/** Which rows are made of a list of siblings. */
export interface RowsOptions {
  readonly maxChildren: number;
  /** The siblings are branches: alike, and as good as what is not shown of them. */
  readonly ofGroup: boolean;
  /** Another row follows on the level of the siblings. */
  readonly goesOn: boolean;
}

/** The rows of calls that are siblings, and of all that is below them. */
export function rowsOf(view: RunView, calls: readonly CallView[], options: RowsOptions): readonly (CallRow | MoreRow)[] {
  const rows: (CallRow | MoreRow)[] = [];
  addRows(view, calls, options, [], rows);
  return rows;
}

/** The row of a call alone, without connecting lines. */
export function topRow(view: RunView, call: CallView): CallRow {
  return { call, appearance: appearanceOf(call), key: undefined, label: labelOf(call.scope), levels: [], hasChildren: false, progress: progressOf(view, call), since: view.firstAt };
}

function addRows(view: RunView, calls: readonly CallView[], { maxChildren, ofGroup, goesOn }: RowsOptions, levels: readonly boolean[], rows: (CallRow | MoreRow)[]): void {
  const { kept, hidden } = collapse(calls.map((call) => folded(view, call)), maxChildren, ofGroup);
  const more: MoreRow[] = hidden.length > 0 ? [{ more: moreText(hidden), levels: [...levels, !ofGroup || goesOn] }] : [];
  if (!ofGroup) rows.push(...more);
  for (const [index, entry] of kept.entries()) {
    const ownLevels = [...levels, goesOn || index < kept.length - 1 || (ofGroup && more.length > 0)];
    const { call } = entry;
    // What a discarded attempt of a parent had called would only hide what counts.
    const hasChildren = !call.replaced && (view.children.get(call.call) ?? []).length > 0;
    const label = (call.type === "branch" ? branchKey(call.scope) : undefined) ?? labelOf(call.scope);
    rows.push({ ...entry, label, levels: ownLevels, hasChildren, progress: progressOf(view, call) });
    if (hasChildren) addRows(view, childrenOf(view, call.call), { maxChildren, ofGroup: call.type === "group", goesOn: false }, ownLevels, rows);
  }
  if (ofGroup) rows.push(...more);
}

interface Entry {
  readonly call: CallView;
  readonly appearance: Appearance;
  readonly key: string | undefined;
}

/** A branch with one child is one row: `{3} fetch`. */
function folded(view: RunView, call: CallView): Entry {
  const own: Entry = { call, appearance: appearanceOf(call), key: undefined };
  if (call.type !== "branch") return own;
  const [child, ...others] = childrenOf(view, call.call);
  if (child === undefined || others.length > 0) return own;
  const key = branchKey(call.scope) ?? labelOf(call.scope);
  if (isOpen(child)) return { call: child, appearance: appearanceOf(child), key };
  if (isOpen(call)) return { call: child, appearance: "running", key };
  // They ended differently: one row could only tell half of it.
  return call.status === child.status ? { call: child, appearance: appearanceOf(child), key } : own;
}

/**
 * Which children to show when there are too many: those that somebody would look for. Of a sequence also its latest
 * ones, of a group, whose items are alike, only a few more.
 */
function collapse(entries: readonly Entry[], maxChildren: number, ofGroup: boolean): { readonly kept: readonly Entry[]; readonly hidden: readonly Entry[] } {
  // A line that says "1 more" takes as much room as the one more.
  if (entries.length <= maxChildren + 1) return { kept: entries, hidden: [] };
  const urgent = entries.filter((entry) => urgency(entry) < calm).length;
  const room = ofGroup ? Math.min(maxChildren, Math.max(urgent, fewItems)) : maxChildren;
  const byUrgency = (ofGroup ? entries : entries.toReversed()).toSorted((a, b) => urgency(a) - urgency(b));
  const wanted = new Set(byUrgency.slice(0, Math.max(0, room)));
  return { kept: entries.filter((entry) => wanted.has(entry)), hidden: entries.filter((entry) => !wanted.has(entry)) };
}

const fewItems = 3;
const calm = 3;

function urgency({ call, appearance }: Entry): number {
  if (call.replaced) return calm + 1;
  if (appearance === "failed") return 0;
  if (appearance === "running" || appearance === "retrying" || appearance === "awaiting" || appearance === "interrupted") return 1;
  return call.retryEvents > 0 || appearance === "cancelled" ? 2 : calm;
}

const wordsOfHidden: Readonly<Record<Appearance, string>> = {
  failed: "failed",
  retrying: "retrying",
  awaiting: "awaiting",
  running: "running",
  completed: "done",
  recovered: "recovered",
  cancelled: "cancelled",
  interrupted: "interrupted",
};

/** `214 more done`, or `214 more: 200 done, 14 recovered`. */
function moreText(hidden: readonly Entry[]): string {
  const counts = new Map<Appearance, number>();
  for (const { appearance } of hidden) counts.set(appearance, (counts.get(appearance) ?? 0) + 1);
  const [first, ...others] = [...counts].map(([appearance, count]) => `${count} ${wordsOfHidden[appearance]}`);
  if (first === undefined || others.length > 0) return `${hidden.length} more: ${[first, ...others].join(", ")}`;
  return first.replace(" ", " more ");
}

function progressOf(view: RunView, call: CallView): string | undefined {
  if (call.type !== "group") return undefined;
  const branches = childrenOf(view, call.call).filter((child) => child.type === "branch" && !child.replaced);
  const size = call.group?.size ?? branches.length;
  const completed = call.progress?.completed ?? branches.filter(({ status }) => status === "completed").length;
  // A reused group brings no news of its branches: all of them are in its result.
  if (call.source === "recovered" && branches.length === 0) return call.group === undefined ? undefined : formatCount(size, "item");
  return `${completed}/${size}`;
}
