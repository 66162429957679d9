import { fitLine, span, type Line } from "../text/line.ts";
import { childrenOf, isOpen, topOfRun, type CallView, type RunView } from "../view/run-view.ts";
import { columnsFor, draftLines, rowDraft, type RowLayout } from "./row-draft.ts";
import { rowsOf, topRow, type CallRow, type MoreRow } from "./tree-rows.ts";

/** Calls that have been written for good, by number. */
export type SettledCalls = ReadonlySet<number>;

/** Rows that can be written for good, and whose they are. */
export interface SettledRows {
  readonly lines: readonly Line[];
  readonly calls: readonly number[];
}

/**
 * What of a run has ended and stands before everything that has not. A call at the top comes after the calls made in it,
 * so that these need not wait for its end; all others come before those below them, as in any tree.
 */
export function settledRows(view: RunView, settled: SettledCalls, layout: RowLayout): SettledRows {
  const calls: number[] = [];
  const rows: (CallRow | MoreRow)[] = [];
  for (const top of childrenOf(view, topOfRun)) {
    if (settled.has(top.call)) continue;
    for (const child of childrenOf(view, top.call)) {
      if (settled.has(child.call)) continue;
      if (!ended(child) && !ended(top)) break;
      rows.push(...rowsOf(view, [child], { maxChildren: Infinity, ofGroup: false, goesOn: true }));
      calls.push(child.call);
    }
    if (!ended(top)) break;
    rows.push(topRow(view, top));
    calls.push(top.call);
  }
  return { lines: linesOf(rows, layout), calls };
}

/** All that has not been written for good, in at most `height` lines: what is shown less is what has ended, then what is alike. */
export function movingRows(view: RunView, settled: SettledCalls, layout: RowLayout, height: number): readonly Line[] {
  for (const maxChildren of widths) {
    const rows = openRows(view, settled, maxChildren);
    if (rows.length > height) continue;
    const lines = linesOf(rows, layout);
    if (lines.length <= height) return lines;
  }
  const lines = linesOf(openRows(view, settled, 1), { ...layout, errors: false });
  if (lines.length <= height) return lines;
  // What runs deepest is below: the rows of what is around it say least.
  const hidden = lines.length - height + 1;
  const more: Line = [span(`${layout.glyphs.ellipsis} ${hidden} more rows`, "faint")];
  return [fitLine(more, layout.width, layout.glyphs.ellipsis), ...lines.slice(hidden)].slice(-height);
}

const widths = [20, 12, 8, 5, 3, 2, 1];

/** All that has not been written for good. */
export function restRows(view: RunView, settled: SettledCalls, layout: RowLayout): readonly Line[] {
  return linesOf(openRows(view, settled, Infinity), layout);
}

function openRows(view: RunView, settled: SettledCalls, maxChildren: number): readonly (CallRow | MoreRow)[] {
  return childrenOf(view, topOfRun)
    .filter((top) => !settled.has(top.call))
    .flatMap((top) => {
      const children = childrenOf(view, top.call).filter((child) => !settled.has(child.call));
      const below = rowsOf(view, children, { maxChildren, ofGroup: top.type === "group", goesOn: true });
      return [...below, topRow(view, top)];
    });
}

/** The attempt of a parent that has called it is over, too. */
function ended(call: CallView): boolean {
  return call.replaced || !isOpen(call);
}

const widest = 110;

// Lines that are written one after the other cannot be aligned to what is still to come: the width alone says where columns stand.
function linesOf(rows: readonly (CallRow | MoreRow)[], layout: RowLayout): readonly Line[] {
  const width = Math.min(layout.width, widest);
  const columns = columnsFor(width);
  return rows.flatMap((row) => draftLines(rowDraft(row, columns, layout), width, layout));
}
