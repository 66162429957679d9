import pico from "picocolors";
import { layoutSummary } from "./layout/layout-summary.ts";
import { widthOf } from "./printer-options.ts";
import type { GlyphSet } from "./text/glyphs.ts";
import { paintLine } from "./text/line.ts";
import { lookOf, type PrinterTheme } from "./text/theme.ts";
import type { RunView } from "./view/run-view.ts";
import { viewOf, type RunItem } from "./view/view-of.ts";

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

/**
 * What a run came to, as lines: result, calls by status, retries, time saved, errors, slowest calls. Counts calls, not
 * attempts. The numbers themselves: `statistics`.
 *
 * @example
 * ```ts
 * import { renderSummary } from "@reprise/printer";
 *
 * console.log(renderSummary([], { width: 60 }).join("\n"));
 * ```
 */
export function renderSummary(source: RunView | Iterable<RunItem>, options: RenderSummaryOptions = {}): readonly string[] {
  const view = Symbol.iterator in source ? viewOf(source) : source;
  const colors = pico.createColors(options.color ?? false);
  const { glyphs, palette } = lookOf("renderSummary", options.glyphs ?? "unicode", options.theme);
  const lines = layoutSummary(view, { width: widthOf(options.width), glyphs });
  return lines.map((line) => paintLine(line, colors, palette));
}
