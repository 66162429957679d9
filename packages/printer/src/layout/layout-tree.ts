import { lineWidth, span, type Line } from "../text/line.ts";
import { childrenOf, isLeaf, topOfRun, type CallView, type RunView } from "../view/run-view.ts";
import { runStatus } from "../view/run-status.ts";
import { labelOf } from "../view/scope.ts";
import { appearanceOf, attemptsText, toneOfRun } from "./appearance.ts";
import { columnsFor, draftLines, durationText, narrowest, rightLine, rowDraft, signOf, timingText, type Columns, type Draft, type RowLayout } from "./row-draft.ts";
import { interruptLines } from "./interrupt-lines.ts";
import { rowNotes } from "./row-notes.ts";
import { treeRows } from "./tree-rows.ts";

/** What a frame depends on beside the view. */
export interface TreeLayout extends RowLayout {
  readonly maxChildren: number;
  readonly title: string | undefined;
}

/** The tree of a run as lines: the head of the run, then one row for each call. A pure function of the view and `layout`. */
export function layoutTree(view: RunView, layout: TreeLayout): readonly Line[] {
  const columns = columnsFor(layout.width);
  const root = onlyRoot(view);
  const rows = treeRows(view, root?.call ?? topOfRun, layout.maxChildren);
  const drafts = [headDraft(view, root, columns, layout), ...rows.map((row) => rowDraft(row, columns, layout))];
  const rightWidth = lineWidth(drafts[0]?.right ?? []);
  const longest = drafts.reduce((most, draft) => Math.max(most, lineWidth(draft.left)), 0);
  // On a wide terminal the columns stay near the names.
  const width = Math.min(layout.width, Math.max(longest + rightWidth, narrowest));
  const tree = drafts.flatMap((draft) => draftLines(draft, width, layout));
  return view.interrupt === undefined || runStatus(view) !== "interrupted" ? tree : [...tree, ...interruptLines(view.interrupt, layout)];
}

/** A run with one agent at its top needs no line of its own beside that agent's. */
function onlyRoot(view: RunView): CallView | undefined {
  const [first, ...others] = childrenOf(view, topOfRun);
  return first !== undefined && others.length === 0 && !isLeaf(first) ? first : undefined;
}

function headDraft(view: RunView, root: CallView | undefined, columns: Columns, layout: TreeLayout): Draft {
  const status = root !== undefined && appearanceOf(root) === "recovered" ? "recovered" : runStatus(view);
  const tone = status === "recovered" ? "recovered" : toneOfRun(status);
  const name = layout.title ?? (root === undefined ? "run" : labelOf(root.scope));
  const elapsed = view.firstAt === undefined ? undefined : Math.max(view.lastAt ?? 0, status === "running" ? layout.now : 0) - view.firstAt;
  const timing = root === undefined || root.source === "implied" ? durationText(elapsed) : timingText(root, layout.now);
  const attempts = root === undefined ? "" : attemptsText(root);
  // A long status may have the room of columns that have nothing to say here.
  const attemptsWidth = attempts === "" ? 0 : columns.attempts;
  const statusWidth = columns.kind + (columns.kind > 0 ? 1 : 0) + columns.mark + (attemptsWidth < columns.attempts ? columns.attempts + 1 : 0);
  const right = rightLine([
    [status, statusWidth, tone],
    [attempts, -attemptsWidth, "faint"],
    [timing, -columns.duration, "faint"],
  ], layout);
  const id = view.stateId === undefined ? "" : `  ${view.stateId}`;
  const glyph = root === undefined ? [] : [span(`${signOf(appearanceOf(root), layout)} `, appearanceOf(root))];
  const left = [...glyph, span(name, "strong"), span(id, "faint")];
  return { left, name: glyph.length, right, notes: root === undefined ? [] : rowNotes(root, [], true, layout) };
}
