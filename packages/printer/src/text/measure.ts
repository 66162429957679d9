import stringWidth from "string-width";
import { measuresBy } from "./measures-by.ts";
import { isPlainText } from "./plain-text.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The measures of every text. */
export const { textWidth, cutText, leftAligned, rightAligned } = measuresBy((text) => (isPlainText(text) ? text.length : stringWidth(text)), graphemesOf);

function* graphemesOf(text: string): Iterable<string> {
  for (const { segment } of graphemes.segment(text)) yield segment;
}
