import { checkOneOf, type OptionNames } from "@reprise/core/spi";
import { checkOptionsOf } from "./check-options.ts";
import { readHistory, type HistorySource } from "./history-source.ts";
import { mermaidGantt } from "./report/mermaid-gantt.ts";
import { mermaidTree } from "./report/mermaid-tree.ts";

/** How a diagram is made. */
export interface RenderMermaidOptions {
  /** `tree`: a flowchart of the calls. `gantt`: their attempts, delays and waits over time. Default: `"tree"`. */
  readonly kind?: "tree" | "gantt";
  /** Default: the id of the run. */
  readonly title?: string;
  /** The moment up to which what is open is drawn, in ms since the epoch. Default: the time of the last message. */
  readonly now?: number;
  /** Of longer lists of children the first stand for what failed, runs or was retried, and one for the rest. Default: 20. */
  readonly maxChildren?: number;
  /** Nodes or bars in all; Mermaid draws no more than about 500. Default: 400. */
  readonly maxRows?: number;
}

const optionNames: OptionNames<RenderMermaidOptions> = { kind: true, title: true, now: true, maxChildren: true, maxRows: true };

/**
 * A run as the text of a Mermaid diagram, for Markdown and wherever else Mermaid is drawn. Names are escaped. Throws
 * `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { renderMermaid } from "@reprise/printer";
 *
 * console.log(renderMermaid([], { kind: "gantt" }));
 * ```
 */
export function renderMermaid(source: HistorySource, options: RenderMermaidOptions = {}): string {
  checkOptionsOf("renderMermaid", options, optionNames);
  checkOneOf("kind", ["tree", "gantt"], options.kind, "renderMermaid");
  const history = readHistory(source, "renderMermaid");
  const layout = {
    title: options.title ?? history.view.stateId ?? "run",
    now: options.now ?? history.view.lastAt ?? 0,
    maxChildren: options.maxChildren ?? 20,
    maxRows: options.maxRows ?? 400,
  };
  return options.kind === "gantt" ? mermaidGantt(history, layout) : mermaidTree(history.view, layout);
}
