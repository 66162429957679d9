import { checkOneOf, type OptionNames } from "@reprise/core/spi";
import { checkOptionsOf } from "./check-options.ts";
import type { PrintStream } from "./sink.ts";
import type { Environment } from "./system.ts";
import type { GlyphSet } from "./text/glyphs.ts";
import type { PrinterTheme } from "./text/theme.ts";

/** What `eventPrinter` takes. */
export interface EventPrinterOptions {
  /**
   * `live`: on a terminal a tree that changes, its finished parts written for good; elsewhere, and where `CI` is set, as
   * `append`. `append`: a line for each change, for logs. `tree`: a line for each event, indented, then a summary. `json`:
   * each message as a line of JSON. `silent`: nothing. Default: `"live"`.
   */
  readonly mode?: "live" | "append" | "tree" | "json" | "silent";
  /** Default: stderr, so that a program's result can be piped from stdout. */
  readonly stream?: PrintStream;
  /** Columns of the `live` and `tree` modes. Default: the stream's, or 80 if that is unknown or below 20. */
  readonly width?: number;
  /** Default: `NO_COLOR`, then `FORCE_COLOR`, then whether the stream is a terminal. */
  readonly color?: boolean;
  /** Default: `"auto"`, unicode where the locale is UTF-8. */
  readonly glyphs?: GlyphSet | "auto";
  /** Signs and colours of your own. Default: none. */
  readonly theme?: PrinterTheme;
  /** What is shown beside names and times. `errors`: codes and messages of failures. `io`: also inputs, results and log data. Default: `"errors"`. */
  readonly details?: "none" | "errors" | "io";
  /** The chain of causes below each failure. Default: false. */
  readonly causes?: boolean;
  /** Stacks of failures, and of their causes where these are shown. Default: false. */
  readonly stacks?: boolean;
  /** Statistics at the end: a block in `live` and `tree`, one line in `append`. Default: true. */
  readonly summary?: boolean;
  /** No lines for starts and for the progress of groups: only outcomes, retries, reuses and logs; nothing changes in `live`. Default: false. */
  readonly minimal?: boolean;
  /** Shown at the top. Default: nothing. */
  readonly title?: string;
  /** Further keys whose values are never shown; a string matches as a part of the key. Default: none beside those that are named like secrets. */
  readonly redact?: readonly (string | RegExp)[];
  /** Times in UTC. Default: false, local time. */
  readonly utc?: boolean;
  /** The clock, in ms since the epoch, for lines whose message carries no time. Default: the system's. */
  readonly now?: () => number;
}

const fallbackWidth = 80;
const leastWidth = 20;

/** What `details` may be. */
export const detailChoices: readonly string[] = ["none", "errors", "io"];
/** What `glyphs` may be where nobody can be asked. */
export const glyphChoices: readonly string[] = ["unicode", "ascii"];

const optionNames: OptionNames<EventPrinterOptions> = {
  mode: true,
  stream: true,
  width: true,
  color: true,
  glyphs: true,
  theme: true,
  details: true,
  causes: true,
  stacks: true,
  summary: true,
  minimal: true,
  title: true,
  redact: true,
  utc: true,
  now: true,
};

/** Throws `INVALID_OPTION`. */
export function checkOptions(options: EventPrinterOptions): void {
  const owner = "eventPrinter";
  checkOptionsOf(owner, options, optionNames, {
    stream: { rule: "something with a write function", holds: (stream) => typeof (stream as Partial<PrintStream> | null)?.write === "function" },
    now: { rule: "a function that gives the time", holds: (now) => typeof now === "function" },
  });
  checkOneOf("mode", ["live", "append", "tree", "json", "silent"], options.mode, owner);
  checkOneOf("glyphs", ["auto", ...glyphChoices], options.glyphs, owner);
  checkOneOf("details", detailChoices, options.details, owner);
}

/** The width to lay out for: a terminal that says less than 20 columns, or nothing, is not to be believed. */
export function widthOf(width: number | undefined): number {
  return width === undefined || !(width >= leastWidth) ? fallbackWidth : Math.min(Math.floor(width), 1000);
}

const narrowestLive = 40;

/** Can a tree be redrawn there, and is somebody looking? */
export function liveWanted(stream: PrintStream, environment: Environment): boolean {
  const ci = environment["CI"] ?? "";
  if (stream.isTTY !== true || environment["TERM"] === "dumb" || (ci !== "" && ci !== "false" && ci !== "0")) return false;
  return stream.columns === undefined || stream.columns >= narrowestLive;
}

/** Option, then `NO_COLOR` (not empty), then `FORCE_COLOR`, then the stream. */
export function colorWanted(option: boolean | undefined, environment: Environment, stream: PrintStream): boolean {
  if (option !== undefined) return option;
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return stream.isTTY === true && environment["TERM"] !== "dumb";
}

/** The set asked for, or the one the locale can show. */
export function glyphSetFor(option: GlyphSet | "auto" | undefined, environment: Environment): GlyphSet {
  if (option !== undefined && option !== "auto") return option;
  const locale = [environment["LC_ALL"], environment["LC_CTYPE"], environment["LANG"]].find((value) => value !== undefined && value !== "");
  // Windows has no locale variables; the terminals that set these draw unicode.
  const known = environment["WT_SESSION"] ?? environment["TERM_PROGRAM"];
  const utf8 = locale === undefined ? known !== undefined : /utf-?8/i.test(locale);
  return utf8 ? "unicode" : "ascii";
}
