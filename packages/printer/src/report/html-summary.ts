import { toneOfRun } from "../layout/appearance.ts";
import { checkpointText, reasonText } from "../layout/interrupt-lines.ts";
import { shownPath } from "../layout/shown-path.ts";
import { escapeHtml } from "../text/escape-html.ts";
import { formatCount, formatDuration, formatShare } from "../text/format.ts";
import { glyphSets } from "../text/glyphs.ts";
import { runStatus } from "../view/run-status.ts";
import type { RunView } from "../view/run-view.ts";
import { statistics } from "../view/statistics.ts";
import type { HtmlLayout } from "./html-layout.ts";
import { isoTime } from "./html-state.ts";

/** The head of a page: what the run is called, what it came to, and its numbers. */
export function htmlHead(view: RunView, { title }: HtmlLayout): string {
  const status = runStatus(view);
  const id = view.stateId === undefined || view.stateId === title ? "" : `<code>${escapeHtml(view.stateId)}</code> `;
  const times = view.firstAt === undefined || view.lastAt === undefined ? "" : `<time>${isoTime(view.firstAt)}</time> to <time>${isoTime(view.lastAt)}</time> UTC`;
  return `<header><h1>${escapeHtml(title)} <span class="badge ${toneOfRun(status)}">${escapeHtml(status)}</span></h1><p>${id}${times}</p>${interruption(view)}</header>\n`;
}

function interruption(view: RunView): string {
  const { interrupt } = view;
  if (interrupt === undefined || runStatus(view) !== "interrupted") return "";
  const { signal } = interrupt;
  const by = signal.triggeredBy === undefined ? "" : `, by ${escapeHtml(signal.triggeredBy)}`;
  const message = signal.message === undefined ? "" : `: ${escapeHtml(signal.message)}`;
  return `<p class="stopped">INTERRUPTED ${escapeHtml(reasonText(signal))}${message}${by}. Checkpoint ${escapeHtml(checkpointText(interrupt))}.</p>`;
}

/** The numbers of a run: each with what it means. */
export function htmlNumbers(view: RunView): string {
  const { calls, elapsedMs, workMs, backoffMs, parallelism, savedMs, reuses, errors, slowest } = statistics(view);
  const open = calls.running + calls.retrying;
  const cards: readonly (readonly [name: string, value: string, note: string])[] = [
    ["Elapsed", elapsedMs === undefined ? "n/a" : formatDuration(elapsedMs), parallelism === undefined ? "" : `${formatDuration(workMs)} of work, ${parallelism.toFixed(1)} at once`],
    ["Calls", String(calls.total), [`${calls.completed} completed`, ...said(calls.failed, "failed"), ...said(calls.cancelled, "cancelled"), ...said(calls.interrupted, "interrupted"), ...said(open, "open")].join(", ")],
    ["Success rate", formatShare(calls.completed, calls.completed + calls.failed), "completed / (completed + failed)"],
    ["Retries", String(calls.retryEvents), `${formatCount(calls.retriedCalls, "call")} retried, ${formatDuration(backoffMs)} of delays`],
    ["Saved", reuses === 0 ? "0" : formatDuration(savedMs), reuses === 0 ? "nothing was reused" : `${formatCount(reuses, "call")} reused from the record`],
  ];
  const lists = [
    errors.length === 0 ? "" : `<p><b>Errors</b> ${errors.slice(0, 20).map(({ code, count }) => `<code>${escapeHtml(code)}</code> ×${count}`).join(" &nbsp; ")}</p>`,
    slowest.length < 2 ? "" : `<p><b>Slowest</b> ${slowest.map((call) => `<a href="#c${call.call}">${escapeHtml(shownPath(view, call, glyphSets.unicode))}</a> ${formatDuration(call.spentMs)}`).join(" &nbsp; ")}</p>`,
  ];
  return `<section class="numbers">${cards.map(([name, value, note]) => `<div class="card"><small>${name}</small><b>${value}</b><span>${note}</span></div>`).join("")}</section>\n<section class="lists">${lists.join("")}</section>\n`;
}

function said(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}`];
}
