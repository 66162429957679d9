import { checkOneOf, type OptionNames } from "@reprise/core/spi";
import pico from "picocolors";
import { checkOptionsOf } from "./check-options.ts";
import { layoutSummary } from "./layout/layout-summary.ts";
import { viewIn, type HistorySource } from "./history-source.ts";
import { glyphChoices, widthOf } from "./printer-options.ts";
import type { GlyphSet } from "./text/glyphs.ts";
import { paintLine } from "./text/line.ts";
import { lookOf, type PrinterTheme } from "./text/theme.ts";
import type { RunView } from "./view/run-view.ts";

/** How a summary is drawn. */
export interface RenderSummaryOptions {
  /** Columns; no line is wider. Default: 80, also for anything below 20. */
  readonly width?: number;
  /** Default: `"unicode"`. */
  readonly glyphs?: GlyphSet;
  /** Signs and colours of your own. Default: none. */
  readonly theme?: PrinterTheme;
  /** Default: false. */
  readonly color?: boolean;
}

const optionNames: OptionNames<RenderSummaryOptions> = { width: true, glyphs: true, theme: true, color: true };

/**
 * What a run came to, as lines: result, calls by status, retries, time saved, errors, slowest calls. Counts calls, not
 * attempts. The numbers themselves: `statistics`. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { renderSummary } from "@reprise/printer";
 *
 * console.log(renderSummary([], { width: 60 }).join("\n"));
 * ```
 */
export function renderSummary(source: RunView | HistorySource, options: RenderSummaryOptions = {}): readonly string[] {
  checkOptionsOf("renderSummary", options, optionNames);
  checkOneOf("glyphs", glyphChoices, options.glyphs, "renderSummary");
  const view = viewIn(source, "renderSummary");
  const colors = pico.createColors(options.color ?? false);
  const { glyphs, palette } = lookOf("renderSummary", options.glyphs ?? "unicode", options.theme);
  const lines = layoutSummary(view, { width: widthOf(options.width), glyphs });
  return lines.map((line) => paintLine(line, colors, palette));
}
