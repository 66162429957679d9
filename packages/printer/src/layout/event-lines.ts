import type { CheckpointNotice, ExecutionEvent, GroupNotice, LogNotice, RecoveredNotice } from "@reprise/core/spi";
import { formatCount, formatDuration } from "../text/format.ts";
import type { Glyphs } from "../text/glyphs.ts";
import { fitLine, lineWidth, span, type Line, type Span, type Tone } from "../text/line.ts";
import { cutText, leftAligned, textWidth } from "../text/measure.ts";
import { preview, readable, type SecretKey } from "../text/preview.ts";
import { causeLines, errorText } from "../view/describe-error.ts";
import type { CallView, RunView } from "../view/run-view.ts";
import { appearanceOfEvent, attemptsText, glyphOf, kindNames, tookMs, toneOfRun } from "./appearance.ts";
import { eventIndent } from "./indent.ts";
import { readValue } from "./read-value.ts";
import { depthOf, shownName, shownPath } from "./shown-path.ts";
import { settled } from "./worth-a-line.ts";

/** What the lines of the `tree` mode depend on beside the view. */
export interface EventLayout {
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly details: "none" | "errors" | "io";
  readonly causes: boolean;
  readonly stacks: boolean;
  readonly secret: SecretKey;
}

/** An event of a call: its line, and below it the error, the input or the result where asked for. */
export function eventLines(view: RunView, event: ExecutionEvent, layout: EventLayout): readonly Line[] {
  const call = view.calls.get(event.call);
  if (call === undefined) return [];
  const tone = appearanceOfEvent(event);
  const glyph = glyphOf(tone, layout.glyphs);
  const line = callLine(view, call, { glyph, tone, status: event.status, facts: eventFacts(call, event) }, layout);
  return [line, ...eventNotes(call, event, layout).map((note) => noteLine(depthOf(view, call), note, layout))];
}

/** A call that was reused. */
export function recoveredLines(view: RunView, notice: RecoveredNotice, layout: EventLayout): readonly Line[] {
  const call = view.calls.get(notice.call);
  if (call === undefined) return [];
  const facts = [
    ...(notice.status === "completed" ? [] : [span(`as ${notice.status}`, "failed")]),
    ...(notice.savedMs > 0 ? [span(`saved ${formatDuration(notice.savedMs)}`, "recovered")] : []),
    ...(notice.attempts > 1 ? [span(`after ${notice.attempts} attempts`, "faint")] : []),
    ...(notice.inputChanged ? [span("input changed", "retrying")] : []),
    ...(notice.versionChanged ? [span("version changed", "retrying")] : []),
  ];
  return [callLine(view, call, { glyph: layout.glyphs.recovered, tone: "recovered", status: "recovered", facts }, layout)];
}

/** An agent or group that goes on where another process left it; it has no event of its own before it ends. */
export function reenteredLine(view: RunView, call: CallView, layout: EventLayout): Line {
  return callLine(view, call, { glyph: layout.glyphs.running, tone: "running", status: "re-entered", facts: [] }, layout);
}

/** What an earlier process has begun to wait for. Its agents have not begun again yet, so that it names them. */
export function waitingLines(view: RunView, event: ExecutionEvent, now: number, layout: EventLayout): readonly Line[] {
  const call = view.calls.get(event.call);
  if (call === undefined) return [];
  const appearance = appearanceOfEvent(event);
  const left = event.dueAt === undefined ? [] : [span(`${event.status === "awaiting" ? "for" : "in"} ${formatDuration(event.dueAt - now)}`, appearance)];
  const line = [
    span(`${glyphOf(appearance, layout.glyphs)} `, appearance),
    span(layout.width < narrow ? "" : `${leftAligned(kindNames[call.type], 5, "")} `, "faint"),
    span(shownPath(view, call, layout.glyphs), "strong"),
    ...[span(`[${event.status.toUpperCase()}]`, appearance), ...left, span(`since ${formatDuration(now - event.at)}`, "faint")].flatMap((fact) => [span(" "), fact]),
  ];
  return [fitLine(line, layout.width, layout.glyphs.ellipsis), ...eventNotes(call, event, layout).map((note) => noteLine(0, note, layout))];
}

/** How far a group has come. */
export function progressLine(view: RunView, notice: GroupNotice, layout: EventLayout): readonly Line[] {
  const call = view.calls.get(notice.call);
  if (call === undefined) return [];
  const facts = [
    span(`${settled(notice)}/${notice.size}`, "running"),
    ...(notice.failed > 0 ? [span(`${notice.failed} failed`, "failed")] : []),
    ...(notice.recovered > 0 ? [span(`${notice.recovered} recovered`, "recovered")] : []),
  ];
  return [callLine(view, call, { glyph: layout.glyphs.running, tone: "running", status: "progress", facts }, layout)];
}

/** What an actor or the engine wants to be known, below the call it is about. */
export function logLines(view: RunView, notice: LogNotice, layout: EventLayout): readonly Line[] {
  const call = view.calls.get(view.addresses.get(notice.address ?? "") ?? 0);
  const depth = call === undefined ? 0 : depthOf(view, call) + 1;
  return [fitLine([indentSpan(depth, layout), ...logSpans(notice, undefined, layout)], layout.width, layout.glyphs.ellipsis)];
}

/** The same on a line of its own: it names the call. */
export function loneLogLine(view: RunView, notice: LogNotice, layout: EventLayout): Line {
  const call = view.calls.get(view.addresses.get(notice.address ?? "") ?? 0);
  const inside = call !== undefined && call.parent !== undefined;
  const spans = logSpans(notice, inside ? shownPath(view, call, layout.glyphs) : undefined, layout);
  return fitLine([indentSpan(inside ? 1 : 0, layout), ...spans], layout.width, layout.glyphs.ellipsis);
}

function logSpans(notice: LogNotice, subject: string | undefined, { glyphs, details, secret }: EventLayout): Line {
  const tones: Readonly<Record<LogNotice["level"], Tone>> = { info: "plain", warn: "retrying", error: "failed" };
  const tone = tones[notice.level];
  return [
    span(`${glyphs[notice.level]} `, tone),
    ...(subject === undefined ? [] : [span(`${subject}${glyphs.separator}`, "faint")]),
    ...(notice.code === "ACTOR_LOG" ? [] : [span(`${notice.code} `, tone)]),
    span(notice.message),
    ...(details === "io" && notice.data !== undefined ? [span(` ${preview(notice.data, secret)}`, "faint")] : []),
  ];
}

/** A checkpoint. */
export function checkpointLine(notice: CheckpointNotice, { glyphs, width }: EventLayout): Line {
  const line = [
    span(`${glyphs.checkpoint} checkpoint at record ${notice.seq}, run `, "faint"),
    span(notice.status, toneOfRun(notice.status)),
  ];
  return fitLine(line, width, glyphs.ellipsis);
}

interface Happening {
  readonly glyph: string;
  readonly tone: Tone;
  readonly status: string;
  readonly facts: readonly Span[];
}

// Below this there is no room for kinds beside names.
const narrow = 60;

/** indent, sign, kind, name, `[STATUS]`, facts. Where room is short the name gives way first, then the facts. */
function callLine(view: RunView, call: CallView, { glyph, tone, status, facts }: Happening, layout: EventLayout): Line {
  const { glyphs, width } = layout;
  const head = [
    indentSpan(depthOf(view, call), layout),
    span(`${glyph} `, tone),
    span(width < narrow ? "" : `${leftAligned(kindNames[call.type], 5, "")} `, "faint"),
  ];
  const tail = [span(` [${status.toUpperCase()}]`, tone), ...facts.flatMap((fact) => [span(" "), fact])];
  const name = shownName(view, call, glyphs);
  const room = Math.max(8, width - lineWidth(head) - lineWidth(tail));
  const shown = textWidth(name) <= room ? name : cutText(name, room, glyphs.ellipsis);
  return fitLine([...head, span(shown, "strong"), ...tail], width, glyphs.ellipsis);
}

function eventFacts(call: CallView, event: ExecutionEvent): readonly Span[] {
  const facts: Span[] = [];
  const attempts = attemptsText(call, event.attempt);
  if (attempts !== "") facts.push(span(attempts, call.retryEvents > 0 ? "retrying" : "faint"));
  if (event.status === "started" && event.opening !== undefined) facts.push(span(`after ${event.opening}`, "faint"));
  if (event.status === "started" && event.group !== undefined) {
    facts.push(span(`${formatCount(event.group.size, "item")}, ${event.group.maxWorkers} at once`, "faint"));
  }
  if (event.status === "awaiting" && event.delayMs !== undefined) facts.push(span(`for ${formatDuration(event.delayMs)}`, "awaiting"));
  if (event.status === "retrying" && event.delayMs !== undefined) facts.push(span(`in ${formatDuration(event.delayMs)}`, "retrying"));
  if (call.type === "group" && call.progress !== undefined && event.status !== "started") {
    facts.push(span(`${call.progress.completed}/${call.progress.size}`, "faint"));
  }
  if (event.executionTimeMs !== undefined) facts.push(span(formatDuration(tookMs(call, event)), "faint"));
  if (event.pinned === true) facts.push(span("pinned", "faint"));
  if (event.isReplayed === true) facts.push(span("replayed", "faint"));
  if ((event.status === "cancelled" || event.status === "rejected" || event.status === "interrupted") && event.reason !== undefined) facts.push(span(event.reason, "faint"));
  return facts;
}

function eventNotes(call: CallView, event: ExecutionEvent, { details, causes, stacks, secret }: EventLayout): readonly Span[] {
  if (details === "none") return [];
  const notes: Span[] = [];
  if (event.status === "failed" && call.error !== undefined && !call.explained) {
    notes.push(span(errorText(call.error), "failed"));
    if (stacks) notes.push(...call.error.stack.map((frame) => span(`  ${frame}`, "faint")));
    if (causes) notes.push(...causeLines(call.error, stacks).map((line) => span(line, "faint")));
  }
  if (event.status === "awaiting" && "prompt" in event) notes.push(span(readValue(() => event.prompt, secret, readable), "awaiting"));
  if (details === "io" && event.status === "started" && "input" in event) notes.push(span(`in  ${readValue(() => event.input, secret)}`, "faint"));
  if (details === "io" && event.status === "completed" && "value" in event) notes.push(span(`out ${readValue(() => event.value, secret)}`, "faint"));
  return notes;
}

function noteLine(depth: number, note: Span, layout: EventLayout): Line {
  return fitLine([indentSpan(depth, layout), span("      "), note], layout.width, layout.glyphs.ellipsis);
}

function indentSpan(depth: number, { glyphs, width }: EventLayout): Span {
  return span(eventIndent(depth, glyphs, Math.floor(width / 3)), "faint");
}
