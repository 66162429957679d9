import { appearanceOf, attemptsText, glyphOf, kindNames } from "../layout/appearance.ts";
import { timingText } from "../layout/row-draft.ts";
import { treeRows, type CallRow } from "../layout/tree-rows.ts";
import { escapeHtml } from "../text/escape-html.ts";
import { formatDuration } from "../text/format.ts";
import { glyphSets } from "../text/glyphs.ts";
import { topOfRun, type RunMessage } from "../view/run-view.ts";
import type { ReadHistory } from "../history-source.ts";
import { segmentsByCall, type CallSegment } from "./call-segments.ts";
import { htmlCall } from "./html-call.ts";
import type { HtmlLayout } from "./html-layout.ts";
import { timeAxis, type TimeAxis } from "./time-axis.ts";

const { unicode } = glyphSets;
const legend: readonly (readonly [look: string, text: string])[] = [
  ["attempt good", "attempt that completed"],
  ["attempt bad", "attempt that failed"],
  ["attempt open", "still running"],
  ["backoff", "delay before the next attempt"],
  ["wait", "waits for an answer or a time"],
  ["reuse", "reused from the record, nothing ran"],
];

/** The calls as a tree, each with its stretch of the run's time; a row opens to show all that is known of the call. */
export function htmlTimeline({ view, messages }: ReadHistory, layout: HtmlLayout): string {
  const segments = segmentsByCall(messages);
  const axis = timeAxis(view, segments, layout.now);
  const messagesOf = groupedByCall(messages);
  const rows = treeRows(view, topOfRun, Infinity).map((row) => {
    if ("more" in row) return "";
    const bars = segments.get(row.call.call) ?? [];
    return rowHtml(row, bars, axis, layout, htmlCall(row.call, bars, messagesOf.get(row.call.call) ?? [], layout));
  });
  const ticks = axis.ticks.map(({ at, text }) => `<span style="left:${at}%">${text}</span>`).join("");
  const keys = legend.map(([look, text]) => `<span><i class="bar ${look}"></i>${text}</span>`).join("");
  return [
    `<section class="timeline"><h2>Timeline</h2><p class="legend">${keys}</p>`,
    `<p class="hint">Each row is a call; a bar is where it stands in the ${formatDuration(axis.to - axis.from)} of the run. Open a row for its attempts and errors.</p>`,
    `<div class="head row"><span>call</span><span>kind</span><span>attempts</span><span>took</span><span class="axis">${ticks}</span></div>`,
    `${rows.join("\n")}</section>\n`,
  ].join("\n");
}

function rowHtml(row: CallRow, bars: readonly CallSegment[], axis: TimeAxis, layout: HtmlLayout, details: string): string {
  const { call, appearance, key, label, progress } = row;
  const indent = Math.min(row.levels.length - 1, 12);
  const sign = glyphOf(appearanceOf(call), unicode);
  const name = `${key === undefined ? "" : `<small>${escapeHtml(key)}</small> `}${escapeHtml(label)}${progress === undefined ? "" : ` <small>${escapeHtml(progress)}</small>`}${call.replaced ? " <small>replaced</small>" : ""}`;
  const cells = [
    `<span class="name" style="padding-left:${indent * 1.1}rem"><i class="sign ${appearance}" title="${appearance}">${sign}</i> ${name}</span>`,
    `<span class="kind">${kindNames[call.type]}</span>`,
    `<span class="attempts">${attemptsText(call)}</span>`,
    `<span class="took">${timingText(call, layout.now)}</span>`,
    `<span class="track">${bars.map((bar) => barHtml(bar, axis, layout.now)).join("")}</span>`,
  ];
  return `<details id="c${call.call}"${isTelling(row) ? " open" : ""}><summary class="row">${cells.join("")}</summary>${details}</details>`;
}

/** What somebody who opens the page looks for: why it failed, and what it waits for. */
function isTelling({ call, appearance }: CallRow): boolean {
  return (appearance === "failed" && !call.explained) || (appearance === "awaiting" && call.prompt !== undefined);
}

function barHtml(segment: CallSegment, axis: TimeAxis, now: number): string {
  const to = segment.to ?? Math.max(now, segment.from);
  const look = segment.kind === "attempt" ? `attempt ${lookOf(segment)}` : segment.kind;
  const title = `${segment.kind === "attempt" ? `attempt ${segment.attempt}` : segment.kind}${segment.outcome === undefined ? "" : `, ${segment.outcome}`}, ${formatDuration(to - segment.from)}`;
  return `<i class="bar ${look}" style="left:${axis.place(segment.from)}%;width:${axis.share(to - segment.from)}%" title="${escapeHtml(title)}"></i>`;
}

function lookOf({ outcome, to }: CallSegment): string {
  if (outcome === "completed") return "good";
  if (outcome === "failed") return "bad";
  return to === undefined ? "open" : "calm";
}

function groupedByCall(messages: readonly RunMessage[]): ReadonlyMap<number, readonly RunMessage[]> {
  const byCall = new Map<number, RunMessage[]>();
  for (const message of messages) {
    if (message.topic !== "event" && message.topic !== "recovered" && message.topic !== "waiting") continue;
    const { call } = message.message;
    byCall.set(call, [...(byCall.get(call) ?? []), message]);
  }
  return byCall;
}
