import { measuresBy } from "./measures-by.ts";

// Latin letters and the printer's own signs: one column each, never joined with a neighbour. Measuring anything else
// properly costs a hundred times as much.
const oneColumnEach = /^[ -~\u00a1-\u00ac\u00ae-\u017f…›│├└─▸✓✗↻↺⊘▪◌\u2800-\u28ff]*$/;

/** Does each character of this text take one column? */
export function isPlainText(text: string): boolean {
  return oneColumnEach.test(text);
}

/** The measures of plain text. */
export const plainMeasures = measuresBy(
  (text) => text.length,
  (text) => text,
);
