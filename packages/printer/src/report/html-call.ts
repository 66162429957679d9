import { escapeHtml } from "../text/escape-html.ts";
import { formatDuration } from "../text/format.ts";
import type { CallView, RunMessage } from "../view/run-view.ts";
import type { CallSegment } from "./call-segments.ts";
import { htmlError } from "./html-error.ts";
import type { HtmlLayout } from "./html-layout.ts";
import { isoTime } from "./html-state.ts";
import { htmlValueOf } from "./html-value.ts";

/** All that is known of a call. */
export function htmlCall(call: CallView, segments: readonly CallSegment[], messages: readonly RunMessage[], layout: HtmlLayout): string {
  const parts = [
    `<p><code>${escapeHtml(call.address)}</code></p>`,
    reuses(call),
    segments.length === 0 ? "" : `<table><thead><tr><th>what</th><th>from (UTC)</th><th>took</th><th>outcome</th></tr></thead><tbody>${segments.map((segment) => segmentRow(call, segment, layout)).join("")}</tbody></table>`,
    ...messages.map((message) => values(message, layout)),
  ];
  return `<div class="call">${parts.join("")}</div>`;
}

function reuses(call: CallView): string {
  if (call.reuses === 0) return "";
  const odd = [...(call.inputChanged ? ["its input differs from the recorded one"] : []), ...(call.versionChanged ? ["its version differs from the recorded one"] : [])];
  return `<p>Reused from the record${call.savedMs > 0 ? `: ${formatDuration(call.savedMs)} not spent again` : ""}${odd.length > 0 ? `, although ${odd.join(" and ")}` : ""}.</p>`;
}

const words: Readonly<Record<CallSegment["kind"], string>> = { attempt: "attempt", backoff: "delay", wait: "waits", reuse: "reused" };

function segmentRow(call: CallView, { kind, attempt, from, to, outcome, error }: CallSegment, { now, details, stacks }: HtmlLayout): string {
  const what = kind === "attempt" ? `attempt ${attempt}` : words[kind];
  const took = kind === "reuse" ? "" : to === undefined ? `${formatDuration(now - from)} so far` : formatDuration(to - from);
  const due = to === undefined && call.dueAt !== undefined ? `due ${isoTime(call.dueAt)}` : "";
  const shown = error === undefined || details === "none" ? "" : htmlError(error, stacks);
  return `<tr><td>${what}</td><td>${isoTime(from)}</td><td>${took}</td><td>${outcome ?? (due === "" ? "open" : due)}${shown}</td></tr>`;
}

function values({ topic, message }: RunMessage, { details, secret }: HtmlLayout): string {
  if ((topic !== "event" && topic !== "waiting") || details === "none") return "";
  const blocks: string[] = [];
  if (message.status === "awaiting" && "prompt" in message) blocks.push(block("Asks", htmlValueOf(() => message.prompt, secret)));
  if (details === "io" && message.status === "started" && "input" in message) blocks.push(block("Input", htmlValueOf(() => message.input, secret)));
  if (details === "io" && message.status === "completed" && "value" in message) blocks.push(block("Result", htmlValueOf(() => message.value, secret)));
  if ((message.status === "cancelled" || message.status === "rejected" || message.status === "interrupted") && message.reason !== undefined) {
    blocks.push(block(message.status, escapeHtml(message.reason)));
  }
  return blocks.join("");
}

function block(name: string, html: string): string {
  return `<div class="value"><small>${name}</small>${html}</div>`;
}
