// Printing while a run happens
export { eventPrinter } from "./event-printer.ts";
export type { EventPrinter } from "./event-printer.ts";
export type { EventPrinterOptions } from "./printer-options.ts";
export type { PrintStream } from "./sink.ts";

// Drawing a history
export { renderTree } from "./render-tree.ts";
export type { RenderTreeOptions } from "./render-tree.ts";
export { renderSummary } from "./render-summary.ts";
export type { RenderSummaryOptions } from "./render-summary.ts";

// Exporting one
export { renderHtml } from "./render-html.ts";
export type { RenderHtmlOptions } from "./render-html.ts";
export { renderJsonLines } from "./render-json-lines.ts";
export type { RenderJsonLinesOptions } from "./render-json-lines.ts";
export { renderMermaid } from "./render-mermaid.ts";
export type { RenderMermaidOptions } from "./render-mermaid.ts";
export type { HistorySource } from "./history-source.ts";
export type { SnapshotFacts } from "./report/html-state.ts";
export type { Glyphs, GlyphSet } from "./text/glyphs.ts";
export type { ColorName, Tone } from "./text/line.ts";
export type { PrinterTheme } from "./text/theme.ts";

// What both are made from
export { createRunView } from "./view/run-view.ts";
export { followRun } from "./view/follow-run.ts";
export { reduce } from "./view/reduce.ts";
export { viewOf } from "./view/view-of.ts";
export { statistics } from "./view/statistics.ts";
export type { CallStatus, CallView, RunMessage, RunView } from "./view/run-view.ts";
export type { RunItem, TaggedMessage } from "./view/view-of.ts";
export type { RunStatistics, RunTally } from "./view/statistics.ts";
export type { ErrorCause, ErrorSummary } from "./view/describe-error.ts";
