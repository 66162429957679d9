import { formatDuration } from "../text/format.ts";
import type { Glyphs } from "../text/glyphs.ts";
import { fitLine, lineWidth, span, type Line, type Tone } from "../text/line.ts";
import { cutText, leftAligned, rightAligned, textWidth } from "../text/measure.ts";
import type { SecretKey } from "../text/preview.ts";
import { durationOf } from "../view/apply-event.ts";
import { isOpen, type CallView } from "../view/run-view.ts";
import { attemptsText, glyphOf, kindNames, type Appearance } from "./appearance.ts";
import { rowIndent } from "./indent.ts";
import { rowNotes } from "./row-notes.ts";
import type { CallRow, MoreRow } from "./tree-rows.ts";

/** What rows of a tree depend on beside the view. */
export interface RowLayout {
  /** Columns; no line is wider. */
  readonly width: number;
  /** Ms since the epoch: durations of what runs and countdowns are as of then. */
  readonly now: number;
  readonly glyphs: Glyphs;
  /** Which picture of the spinner stands for what runs; undefined for a sign that does not move. */
  readonly spin?: number;
  /** Codes and messages of failures, and what waits ask. */
  readonly errors: boolean;
  readonly causes: boolean;
  readonly stacks: boolean;
  readonly secret: SecretKey;
}

/** The widths of the columns on the right; 0 for one that is left out. */
export interface Columns {
  readonly kind: number;
  readonly mark: number;
  readonly attempts: number;
  readonly duration: number;
}

/** A row before its columns are aligned. */
export interface Draft {
  readonly left: Line;
  /** Index in `left` of the span that is cut first. */
  readonly name: number;
  readonly right: Line;
  /** Below the row. */
  readonly notes: readonly Line[];
}

/** Below this many columns a tree is never wide, so that its columns stay near the names. */
export const narrowest = 56;

/** The columns there is room for. */
export function columnsFor(width: number): Columns {
  return { kind: width < 72 ? 0 : 5, mark: width < narrowest ? 0 : 9, attempts: width < narrowest ? 0 : 5, duration: 7 };
}

/** The draft of a call's row, or of the row that stands for those not shown. */
export function rowDraft(row: CallRow | MoreRow, columns: Columns, layout: RowLayout): Draft {
  const { glyphs } = layout;
  const indent = span(rowIndent(row.levels, glyphs, Math.floor(layout.width / 3)), "faint");
  if ("more" in row) {
    return { left: [indent, span(`${glyphs.ellipsis} ${row.more}`, "faint")], name: 1, right: blankRight(columns, layout), notes: [] };
  }
  const { call, appearance } = row;
  const quiet = appearance === "recovered" || appearance === "cancelled" || call.replaced;
  const left = [
    indent,
    span(`${signOf(appearance, layout)} `, call.replaced ? "faint" : appearance),
    span(row.key === undefined ? "" : `${row.key} `, "faint"),
    span(row.label, quiet ? "faint" : "plain"),
    span(row.progress === undefined ? "" : `  ${row.progress}`, "faint"),
  ];
  const right = rightLine([
    [kindNames[call.type], columns.kind, "faint"],
    [markText(call, appearance, layout.now), columns.mark, call.replaced ? "faint" : appearance],
    [attemptsText(call), -columns.attempts, call.retryEvents > 0 ? "retrying" : "faint"],
    [rowTiming(row, layout.now), -columns.duration, "faint"],
  ], layout);
  return { left, name: 3, right, notes: rowNotes(call, row.levels, row.hasChildren, layout) };
}

/** The lines of a draft: the row with its right columns ending at `width`, then its notes. */
export function draftLines({ left, name, right, notes }: Draft, width: number, layout: RowLayout): readonly Line[] {
  const row = compose({ left, name, right, notes }, width - lineWidth(right), layout);
  return [row, ...notes.map((note) => fitLine(note, layout.width, layout.glyphs.ellipsis))];
}

function compose({ left, name, right }: Draft, room: number, { glyphs }: RowLayout): Line {
  const excess = lineWidth(left) - room;
  if (excess <= 0) return [...left, span(" ".repeat(-excess)), ...right];
  const named = left[name];
  const shorter = left.map((part, index) =>
    index === name && named ? span(cutText(part.text, Math.max(1, textWidth(named.text) - excess), glyphs.ellipsis), part.tone) : part,
  );
  const fitted = fitLine(shorter, room, glyphs.ellipsis);
  return [...fitted, span(" ".repeat(Math.max(0, room - lineWidth(fitted)))), ...right];
}

/** Cells from the left; a negative width aligns to the right, 0 leaves the cell out. */
export function rightLine(cells: readonly (readonly [string, number, Tone])[], { glyphs }: RowLayout): Line {
  const shown = cells.filter(([, width]) => width !== 0);
  return shown.map(([text, width, tone], index) => {
    const cell = width > 0 ? leftAligned(text, width, glyphs.ellipsis) : rightAligned(text, -width, glyphs.ellipsis);
    return span((index === 0 ? "  " : " ") + cell, tone);
  });
}

function blankRight({ kind, mark, attempts, duration }: Columns, layout: RowLayout): Line {
  return rightLine([["", kind, "plain"], ["", mark, "plain"], ["", attempts, "plain"], ["", duration, "plain"]], layout);
}

/** The sign of a row. */
export function signOf(appearance: Appearance, { glyphs, spin }: RowLayout): string {
  const moving = spin === undefined || appearance !== "running" ? undefined : glyphs.spinner[spin % glyphs.spinner.length];
  return moving ?? glyphOf(appearance, glyphs);
}

function markText(call: CallView, appearance: Appearance, now: number): string {
  if (call.replaced) return "replaced";
  if (appearance === "completed") return call.pinned ? "pinned" : "";
  if (appearance === "retrying") {
    const leftMs = call.dueAt === undefined ? call.delayMs : call.dueAt - now;
    return leftMs > 0 ? `in ${formatDuration(leftMs)}` : "due";
  }
  if (appearance === "awaiting" && call.dueAt !== undefined && call.dueAt > now) return `in ${formatDuration(call.dueAt - now)}`;
  if (appearance === "interrupted") return "stopped";
  if (appearance !== "running") return appearance;
  if (call.progress !== undefined && call.progress.failed > 0) return `${call.progress.failed} failed`;
  return call.group?.maxWorkers === undefined ? "" : `max ${call.group.maxWorkers}`;
}

function rowTiming({ call, since }: CallRow, now: number): string {
  if (call.source === "implied" && since !== undefined && isOpen(call)) return formatDuration(now - since);
  return timingText(call, now);
}

/** How long a call has taken, or the time its reuse has saved. */
export function timingText(call: CallView, now: number): string {
  if (call.source === "recovered") return call.savedMs > 0 ? `-${formatDuration(call.savedMs)}` : "";
  return durationText(durationOf(call, now));
}

/** Empty for a duration that is not known. */
export function durationText(ms: number | undefined): string {
  return ms === undefined ? "" : formatDuration(ms);
}
