import { checkOneOf, type OptionNames } from "@reprise/core/spi";
import { checkOptionsOf } from "./check-options.ts";
import { detailChoices } from "./printer-options.ts";
import { readHistory, type HistorySource } from "./history-source.ts";
import { jsonLine } from "./layout/json-line.ts";
import { secretKey } from "./text/preview.ts";

/** What lines of JSON contain. */
export interface RenderJsonLinesOptions {
  /** `errors`: codes and messages of failures. `io`: also inputs, results and log data. Default: `"errors"`. */
  readonly details?: "none" | "errors" | "io";
  /** Stacks of failures. Default: false. */
  readonly stacks?: boolean;
  /** Further keys whose values are never shown; a string matches as a part of the key. Default: none beside those that are named like secrets. */
  readonly redact?: readonly (string | RegExp)[];
}

const optionNames: OptionNames<RenderJsonLinesOptions> = { details: true, stacks: true, redact: true };

/**
 * A run as lines of JSON, one for each event or message: what the `json` mode prints. `JSON.parse` of each is an item that
 * `renderTree` and the other exports take. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { renderJsonLines } from "@reprise/printer";
 *
 * console.log(renderJsonLines([], { details: "io" }).join("\n"));
 * ```
 */
export function renderJsonLines(source: HistorySource, options: RenderJsonLinesOptions = {}): readonly string[] {
  checkOptionsOf("renderJsonLines", options, optionNames);
  checkOneOf("details", detailChoices, options.details, "renderJsonLines");
  const layout = { details: options.details ?? "errors", stacks: options.stacks ?? false, secret: secretKey(options.redact) };
  return readHistory(source, "renderJsonLines").messages.map((message) => jsonLine(message, layout));
}
