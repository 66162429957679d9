import { checkOneOf, type OptionNames } from "@reprise/core/spi";
import pico from "picocolors";
import { checkOptionsOf } from "./check-options.ts";
import { layoutTree } from "./layout/layout-tree.ts";
import { viewIn, type HistorySource } from "./history-source.ts";
import { glyphChoices, widthOf } from "./printer-options.ts";
import type { GlyphSet } from "./text/glyphs.ts";
import { paintLine } from "./text/line.ts";
import { lookOf, type PrinterTheme } from "./text/theme.ts";
import { secretKey } from "./text/preview.ts";
import type { RunView } from "./view/run-view.ts";
import { collectView, type RunItem } from "./view/view-of.ts";

/** How a tree is drawn. */
export interface RenderTreeOptions {
  /** Columns; no line is wider. Default: 80, also for anything below 20. */
  readonly width?: number;
  /** The moment that is drawn, in ms since the epoch. Default: the time of the last message. */
  readonly now?: number;
  /** Default: `"unicode"`. */
  readonly glyphs?: GlyphSet;
  /** Signs and colours of your own. Default: none. */
  readonly theme?: PrinterTheme;
  /** Default: false. */
  readonly color?: boolean;
  /** `errors`: below what failed or is about to be retried its code and message, below what waits its prompt. Default: `"errors"`. */
  readonly details?: "none" | "errors";
  /** The chain of causes below errors. Default: false. */
  readonly causes?: boolean;
  /** Stacks below errors, and below their causes where these are shown. Default: false. */
  readonly stacks?: boolean;
  /** Further keys whose values are never shown, here in what waits ask; a string matches as a part of the key. Default: none beside those that are named like secrets. */
  readonly redact?: readonly (string | RegExp)[];
  /** Longer lists of children show what failed, runs or was retried first, and how many more there are. Default: 20. */
  readonly maxChildren?: number;
  /** Stands in the place of the root's name. Default: that name. */
  readonly title?: string;
}

const optionNames: OptionNames<RenderTreeOptions> = {
  width: true,
  now: true,
  glyphs: true,
  theme: true,
  color: true,
  details: true,
  causes: true,
  stacks: true,
  redact: true,
  maxChildren: true,
  title: true,
};
const defaultMaxChildren = 20;

/**
 * A finished or running run as a tree, one row for each call, as lines without line breaks. Takes a history, its events, or
 * messages with their topics (each line of the `json` mode parsed), at once or from an async iterable. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { renderTree } from "@reprise/printer";
 *
 * console.log(renderTree([], { title: "nightly import" }).join("\n"));
 * ```
 */
export function renderTree(source: RunView | HistorySource, options?: RenderTreeOptions): readonly string[];
export function renderTree(source: AsyncIterable<RunItem>, options?: RenderTreeOptions): Promise<readonly string[]>;
export function renderTree(
  source: RunView | HistorySource | AsyncIterable<RunItem>,
  options: RenderTreeOptions = {},
): readonly string[] | Promise<readonly string[]> {
  checkOptionsOf("renderTree", options, optionNames);
  checkOneOf("glyphs", glyphChoices, options.glyphs, "renderTree");
  checkOneOf("details", ["none", "errors"], options.details, "renderTree");
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) return collectView(source).then((view) => treeLines(view, options));
  return treeLines(viewIn(source, "renderTree"), options);
}

function treeLines(view: RunView, options: RenderTreeOptions): readonly string[] {
  const colors = pico.createColors(options.color ?? false);
  const { glyphs, palette } = lookOf("renderTree", options.glyphs ?? "unicode", options.theme);
  const lines = layoutTree(view, {
    width: widthOf(options.width),
    now: options.now ?? view.lastAt ?? 0,
    glyphs,
    errors: options.details !== "none",
    causes: options.causes ?? false,
    stacks: options.stacks ?? false,
    secret: secretKey(options.redact),
    maxChildren: options.maxChildren ?? defaultMaxChildren,
    title: options.title,
  });
  return lines.map((line) => paintLine(line, colors, palette));
}
