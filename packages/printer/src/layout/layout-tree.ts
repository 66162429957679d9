import { formatDuration } from "../text/format.ts";
import type { Glyphs } from "../text/glyphs.ts";
import { fitLine, lineWidth, span, type Line, type Tone } from "../text/line.ts";
import { cutText, leftAligned, rightAligned, textWidth } from "../text/measure.ts";
import { durationOf } from "../view/apply-event.ts";
import { errorText } from "../view/describe-error.ts";
import { childrenOf, isLeaf, topOfRun, type CallView, type RunView } from "../view/run-view.ts";
import { runStatus } from "../view/run-status.ts";
import { labelOf } from "../view/scope.ts";
import { appearanceOf, attemptsText, glyphOf, kindNames, toneOfRun, type Appearance } from "./appearance.ts";
import { noteIndent, rowIndent } from "./indent.ts";
import { treeRows, type CallRow, type MoreRow } from "./tree-rows.ts";

/** What a frame depends on beside the view. */
export interface TreeLayout {
  /** Columns; no line is wider. */
  readonly width: number;
  /** Ms since the epoch: durations of what runs and countdowns are as of then. */
  readonly now: number;
  readonly glyphs: Glyphs;
  readonly errors: boolean;
  readonly stacks: boolean;
  readonly maxChildren: number;
  readonly title: string | undefined;
}

interface Columns {
  readonly kind: number;
  readonly mark: number;
  readonly attempts: number;
  readonly duration: number;
}

interface Draft {
  readonly left: Line;
  /** Index in `left` of the span that is cut first. */
  readonly name: number;
  readonly right: Line;
  readonly notes: readonly Line[];
}

const narrowest = 56;

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
  return drafts.flatMap((draft) => [
    compose(draft, width - rightWidth, layout),
    ...draft.notes.map((note) => fitLine(note, layout.width, layout.glyphs.ellipsis)),
  ]);
}

function columnsFor(width: number): Columns {
  return { kind: width < 72 ? 0 : 5, mark: width < narrowest ? 0 : 9, attempts: width < narrowest ? 0 : 5, duration: 7 };
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
  const glyph = root === undefined ? [] : [span(`${glyphOf(appearanceOf(root), layout.glyphs)} `, appearanceOf(root))];
  const left = [...glyph, span(name, "strong"), span(id, "faint")];
  return { left, name: glyph.length, right, notes: root === undefined ? [] : notesOf(root, [], true, layout) };
}

function rowDraft(row: CallRow | MoreRow, columns: Columns, layout: TreeLayout): Draft {
  const { glyphs } = layout;
  const indent = span(rowIndent(row.levels, glyphs, Math.floor(layout.width / 3)), "faint");
  if ("more" in row) {
    return { left: [indent, span(`${glyphs.ellipsis} ${row.more}`, "faint")], name: 1, right: blankRight(columns, layout), notes: [] };
  }
  const { call, appearance } = row;
  const quiet = appearance === "recovered" || appearance === "cancelled" || call.replaced;
  const left = [
    indent,
    span(`${glyphOf(appearance, glyphs)} `, call.replaced ? "faint" : appearance),
    span(row.key === undefined ? "" : `${row.key} `, "faint"),
    span(row.label, quiet ? "faint" : "plain"),
    span(row.progress === undefined ? "" : `  ${row.progress}`, "faint"),
  ];
  const right = rightLine([
    [kindNames[call.type], columns.kind, "faint"],
    [markText(call, appearance, layout.now), columns.mark, call.replaced ? "faint" : appearance],
    [attemptsText(call), -columns.attempts, call.retryEvents > 0 ? "retrying" : "faint"],
    [timingText(call, layout.now), -columns.duration, "faint"],
  ], layout);
  return { left, name: 3, right, notes: notesOf(call, row.levels, row.hasChildren, layout) };
}

/** Cells from the left; a negative width aligns to the right, 0 leaves the cell out. */
function rightLine(cells: readonly (readonly [string, number, Tone])[], { glyphs }: TreeLayout): Line {
  const shown = cells.filter(([, width]) => width !== 0);
  return shown.map(([text, width, tone], index) => {
    const cell = width > 0 ? leftAligned(text, width, glyphs.ellipsis) : rightAligned(text, -width, glyphs.ellipsis);
    return span((index === 0 ? "  " : " ") + cell, tone);
  });
}

function blankRight({ kind, mark, attempts, duration }: Columns, layout: TreeLayout): Line {
  return rightLine([["", kind, "plain"], ["", mark, "plain"], ["", attempts, "plain"], ["", duration, "plain"]], layout);
}

function compose({ left, name, right }: Draft, room: number, { glyphs }: TreeLayout): Line {
  const excess = lineWidth(left) - room;
  if (excess <= 0) return [...left, span(" ".repeat(-excess)), ...right];
  const named = left[name];
  const shorter = left.map((part, index) =>
    index === name && named ? span(cutText(part.text, Math.max(1, textWidth(named.text) - excess), glyphs.ellipsis), part.tone) : part,
  );
  const fitted = fitLine(shorter, room, glyphs.ellipsis);
  return [...fitted, span(" ".repeat(Math.max(0, room - lineWidth(fitted)))), ...right];
}

function markText(call: CallView, appearance: Appearance, now: number): string {
  if (call.replaced) return "replaced";
  if (appearance === "completed") return call.pinned ? "pinned" : "";
  if (appearance === "retrying") {
    const leftMs = call.dueAt === undefined ? call.delayMs : call.dueAt - now;
    return leftMs > 0 ? `in ${formatDuration(leftMs)}` : "due";
  }
  if (appearance === "awaiting" && call.dueAt !== undefined && call.dueAt > now) return `for ${formatDuration(call.dueAt - now)}`;
  if (appearance !== "running") return appearance;
  if (call.progress !== undefined && call.progress.failed > 0) return `${call.progress.failed} failed`;
  return call.group?.maxWorkers === undefined ? "" : `max ${call.group.maxWorkers}`;
}

function timingText(call: CallView, now: number): string {
  if (call.source === "recovered") return call.savedMs > 0 ? `-${formatDuration(call.savedMs)}` : "";
  return durationText(durationOf(call, now));
}

function durationText(ms: number | undefined): string {
  return ms === undefined ? "" : formatDuration(ms);
}

function notesOf(call: CallView, levels: readonly boolean[], hasChildren: boolean, layout: TreeLayout): readonly Line[] {
  const indent = span(noteIndent(levels, hasChildren, layout.glyphs, Math.floor(layout.width / 3) + 3), "faint");
  const notes: Line[] = [];
  if (call.inputChanged && call.reuses > 0) notes.push([indent, span("reused although its input differs from the recorded one", "retrying")]);
  if (call.versionChanged && call.reuses > 0) notes.push([indent, span("reused although its version differs from the recorded one", "retrying")]);
  const ends = call.status === "failed" || call.status === "retrying";
  if (!layout.errors || !ends || call.explained || call.error === undefined || call.replaced) return notes;
  notes.push([indent, span(errorText(call.error), call.status === "failed" ? "failed" : "retrying")]);
  if (layout.stacks) notes.push(...call.error.stack.map((frame) => [indent, span(`  ${frame}`, "faint")]));
  return notes;
}
