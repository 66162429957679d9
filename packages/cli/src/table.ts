import { measuresFor, sanitise } from "@reprise/printer/text";

/** A column of a table for people. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Left out where there is no room for it: the largest number first. A column without it stays. */
  readonly dropped?: number;
}

const gap = 2;
const leastWidth = 8;

/**
 * Rows as lines. Without a `width`, for programs, always the same columns; with one no line is wider: columns in which no row has anything are
 * left out, then others, then the widest is cut, until they fit.
 */
export async function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number | undefined, ellipsis: string): Promise<readonly string[]> {
  const cells = columns.map(({ title, text }) => [title, ...rows.map((row) => sanitise(text(row)))]);
  const { textWidth, cutText, leftAligned } = await measuresFor(cells.flat());
  const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
  const shown = fitting(columns.map((column, index) => ({ column, cells: cells[index] ?? [], width: widest(cells[index] ?? []) })), width);
  const lines = [undefined, ...rows].map((_, line) => shown.map((each) => leftAligned(each.cells[line] ?? "", each.width, ellipsis)).join(" ".repeat(gap)).trimEnd());
  return width === undefined ? lines : lines.map((line) => cutText(line, width, ellipsis));
}

interface Sized<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  readonly width: number;
}

function fitting<Row>(columns: readonly Sized<Row>[], width: number | undefined): readonly Sized<Row>[] {
  if (width === undefined) return columns;
  const surplus = (shown: readonly Sized<Row>[]): number => shown.reduce((sum, each) => sum + each.width, (shown.length - 1) * gap) - width;
  let shown = columns.filter(({ column, cells: [, ...texts] }) => column.dropped === undefined || texts.some((text) => text !== ""));
  while (surplus(shown) > 0) {
    const next = shown.toSorted((a, b) => (b.column.dropped ?? 0) - (a.column.dropped ?? 0))[0];
    if (next?.column.dropped === undefined) break;
    shown = shown.filter((each) => each !== next);
  }
  while (surplus(shown) > 0) {
    const widestOne = shown.toSorted((a, b) => b.width - a.width)[0];
    if (widestOne === undefined || widestOne.width <= leastWidth) break;
    const narrower = Math.max(leastWidth, widestOne.width - surplus(shown));
    shown = shown.map((each) => (each === widestOne ? { ...each, width: narrower } : each));
  }
  return shown;
}
