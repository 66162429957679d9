/** One column: its heading, and the text of a row in it. */
export interface Column<Row> {
  readonly heading: string;
  readonly text: (row: Row) => string;
  /** Default: right, for numbers. */
  readonly align?: "left" | "right";
}

/** Rows as a Markdown table. Columns that are empty in every row are left out, but for the first, which names the rows. */
export function resultTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const shown = columns
    .map(({ heading, text, align }, index) => ({ cells: [heading, ...rows.map(text)], left: index === 0 || align === "left" }))
    .filter(({ cells }, index) => index === 0 || cells.slice(1).some((cell) => cell !== ""))
    .map((column) => ({ ...column, width: Math.max(3, ...column.cells.map((cell) => cell.length)) }));
  const line = (row: number): string => `| ${shown.map(({ cells, left, width }) => (left ? (cells[row] ?? "").padEnd(width) : (cells[row] ?? "").padStart(width))).join(" | ")} |`;
  const rule = `|${shown.map(({ left, width }) => (left ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(0), rule, ...rows.map((_, row) => line(row + 1))].join("\n");
}
