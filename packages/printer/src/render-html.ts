import { checkOneOf, type OptionNames } from "@reprise/core/spi";
import { checkOptionsOf } from "./check-options.ts";
import { detailChoices } from "./printer-options.ts";
import { readHistory, type HistorySource } from "./history-source.ts";
import { htmlPage } from "./report/html-page.ts";
import type { SnapshotFacts } from "./report/html-state.ts";
import { secretKey } from "./text/preview.ts";

/** What a report contains. */
export interface RenderHtmlOptions {
  /** Default: the id of the run. */
  readonly title?: string;
  /** `errors`: failures with their chains of causes, and what waits ask. `io`: also inputs, results and log data. Default: `"errors"`. */
  readonly details?: "none" | "errors" | "io";
  /** Stacks of failures. Default: false. */
  readonly stacks?: boolean;
  /** Further keys whose values are never shown; a string matches as a part of the key. Default: none beside those that are named like secrets. */
  readonly redact?: readonly (string | RegExp)[];
  /** The moment up to which what is open is drawn, in ms since the epoch. Default: the time of the last message. */
  readonly now?: number;
  /** A snapshot of the run, as `reprise.snapshot(stateId)` gives it: its storage, artifacts and metadata are listed. Of what is stored only the names, unless `details` is `"io"`. Default: none of them is listed. */
  readonly snapshot?: SnapshotFacts;
}

const optionNames: OptionNames<RenderHtmlOptions> = { title: true, details: true, stacks: true, redact: true, now: true, snapshot: true };

/**
 * A run as one page of HTML that needs nothing else: no script, no other file, no network. It shows the result, the calls as a
 * tree with a timeline of their attempts, delays and waits, errors with their causes, logs, storage and artifacts. Everything
 * from outside is escaped, values under secret keys are redacted, inputs and results are left out unless asked for. Throws
 * `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { renderHtml } from "@reprise/printer";
 *
 * const page = renderHtml([], { title: "nightly import" });
 * ```
 */
export function renderHtml(source: HistorySource, options: RenderHtmlOptions = {}): string {
  checkOptionsOf("renderHtml", options, optionNames);
  checkOneOf("details", detailChoices, options.details, "renderHtml");
  const history = readHistory(source, "renderHtml");
  return htmlPage(history, {
    title: options.title ?? history.view.stateId ?? "run",
    details: options.details ?? "errors",
    stacks: options.stacks ?? false,
    secret: secretKey(options.redact),
    now: options.now ?? history.view.lastAt ?? 0,
    snapshot: options.snapshot,
  });
}
