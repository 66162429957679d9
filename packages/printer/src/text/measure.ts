import stringWidth from "string-width";

// Latin letters and the printer's own signs: one column each, never joined with a neighbour. Measuring anything else
// properly costs a hundred times as much.
const oneColumnEach = /^[ -~\u00a1-\u00ac\u00ae-\u017f…›│├└─▸✓✗↻↺⊘▪◌\u2800-\u28ff]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many terminal columns a sanitised text takes. */
export function textWidth(text: string): number {
  return oneColumnEach.test(text) ? text.length : stringWidth(text);
}

/** The text itself if it fits into `width` columns, else its beginning up to a grapheme boundary and the ellipsis. */
export function cutText(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room < 0) return ellipsis.slice(0, Math.max(0, width));
  let used = 0;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    used += textWidth(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept.trimEnd() + ellipsis;
}

/** The text cut or padded with spaces on the right to exactly `width` columns. */
export function leftAligned(text: string, width: number, ellipsis: string): string {
  const cut = cutText(text, width, ellipsis);
  return cut + " ".repeat(Math.max(0, width - textWidth(cut)));
}

/** The text cut or padded with spaces on the left to exactly `width` columns. */
export function rightAligned(text: string, width: number, ellipsis: string): string {
  const cut = cutText(text, width, ellipsis);
  return " ".repeat(Math.max(0, width - textWidth(cut))) + cut;
}
