/** A line ready for the terminal, and the columns it takes there. */
export interface ShownLine {
  readonly text: string;
  readonly width: number;
}

/** One redraw of a terminal: what is on it, and what is to be. */
export interface Redraw {
  /** The lines that stand above the cursor and may be written over. */
  readonly old: readonly ShownLine[];
  /** The columns of the terminal at the moment: an old line may take several rows of it. */
  readonly columns: number;
  /** Written in the place of the old lines, for good. */
  readonly settled: readonly ShownLine[];
  /** Below them, to be written over by the next redraw. */
  readonly moving: readonly ShownLine[];
  /** The cursor is somewhere in a line that others have written. */
  readonly lineOpen: boolean;
  /** Whether the cursor is to be seen afterwards. */
  readonly cursor: boolean;
}

const synchronised = ["\u001b[?2026h", "\u001b[?2026l"] as const;
// With wrapping off, a text that the terminal draws wider than it was measured cannot make two rows of one.
const wrapping = ["\u001b[?7l", "\u001b[?7h"] as const;
const hideCursor = "\u001b[?25l";
const eraseBelow = "\u001b[J";
// Before the text, not after it: behind a full row the cursor stands on its last column.
const eraseLine = "\r\u001b[2K";

/** What shows the terminal's cursor again. */
export const showCursor = "\u001b[?25h";

/** The sequence that makes a terminal show the new lines, in one piece. */
export function frameText({ old, columns, settled, moving, lineOpen, cursor }: Redraw): string {
  const lines = [...settled, ...moving].map(({ text }) => `${eraseLine}${text}\n`);
  const [begin, end] = synchronised;
  const [off, on] = wrapping;
  return `${begin}${hideCursor}${lineOpen ? "\n" : ""}${upOver(old, columns)}${off}${lines.join("")}${eraseBelow}${on}${cursor ? showCursor : ""}${end}`;
}

/** The sequence that takes the lines away and leaves the cursor in their place. */
export function eraseText(old: readonly ShownLine[], columns: number): string {
  return old.length === 0 ? "" : `${upOver(old, columns)}\r${eraseBelow}`;
}

/** Terminals wrap what is on them when they become narrower. */
function upOver(old: readonly ShownLine[], columns: number): string {
  const rows = old.reduce((sum, { width }) => sum + Math.max(1, Math.ceil(width / Math.max(1, columns))), 0);
  return rows === 0 ? "" : `\u001b[${rows}A`;
}
