/** Measuring and fitting texts that have been sanitised, in columns of a terminal. */
export interface Measures {
  /** How many columns a text takes. */
  readonly textWidth: (text: string) => number;
  /** The text itself if it fits into `width` columns, else its beginning up to a grapheme boundary and the ellipsis. */
  readonly cutText: (text: string, width: number, ellipsis: string) => string;
  /** The text cut or padded with spaces on the right to exactly `width` columns. */
  readonly leftAligned: (text: string, width: number, ellipsis: string) => string;
  /** The text cut or padded with spaces on the left to exactly `width` columns. */
  readonly rightAligned: (text: string, width: number, ellipsis: string) => string;
}

/** Measures made of how wide a text is and of what must not be cut apart. */
export function measuresBy(textWidth: (text: string) => number, graphemesOf: (text: string) => Iterable<string>): Measures {
  const cutText = (text: string, width: number, ellipsis: string): string => {
    if (textWidth(text) <= width) return text;
    const room = width - textWidth(ellipsis);
    if (room < 0) return ellipsis.slice(0, Math.max(0, width));
    let used = 0;
    let kept = "";
    for (const grapheme of graphemesOf(text)) {
      used += textWidth(grapheme);
      if (used > room) break;
      kept += grapheme;
    }
    return kept.trimEnd() + ellipsis;
  };
  const padding = (text: string, width: number): string => " ".repeat(Math.max(0, width - textWidth(text)));
  return {
    textWidth,
    cutText,
    leftAligned: (text, width, ellipsis) => {
      const cut = cutText(text, width, ellipsis);
      return cut + padding(cut, width);
    },
    rightAligned: (text, width, ellipsis) => {
      const cut = cutText(text, width, ellipsis);
      return padding(cut, width) + cut;
    },
  };
}
