import type { ReadHistory } from "../history-source.ts";
import { escapeHtml } from "../text/escape-html.ts";
import { htmlLogs } from "./html-logs.ts";
import type { HtmlLayout } from "./html-layout.ts";
import { htmlState } from "./html-state.ts";
import { htmlStyle } from "./html-style.ts";
import { htmlHead, htmlNumbers } from "./html-summary.ts";
import { htmlTimeline } from "./html-timeline.ts";

/** The whole page. Nothing in it is fetched or run, and the page says so to the browser. */
export function htmlPage(history: ReadHistory, layout: HtmlLayout): string {
  const { view, messages } = history;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(layout.title)}</title>
<style>${htmlStyle}</style>
</head>
<body>
${htmlHead(view, layout)}${htmlNumbers(view)}${htmlTimeline(history, layout)}${htmlLogs(messages, layout)}${htmlState(layout)}</body>
</html>
`;
}
