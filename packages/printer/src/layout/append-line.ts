import type { ExecutionEvent, GroupNotice, InterruptNotice, LogNotice, RecoveredNotice } from "@reprise/core/spi";
import { formatDuration } from "../text/format.ts";
import { span, type Line, type Span, type Tone } from "../text/line.ts";
import { readable, type SecretKey } from "../text/preview.ts";
import { sanitise } from "../text/sanitise.ts";
import { errorText } from "../view/describe-error.ts";
import type { CallView } from "../view/run-view.ts";
import type { RunStatistics } from "../view/statistics.ts";
import { attemptsText, tookMs } from "./appearance.ts";
import { reasonText } from "./interrupt-lines.ts";
import { readValue } from "./read-value.ts";

/** What the lines of the `append` mode depend on. */
export interface AppendLayout {
  readonly details: "none" | "errors" | "io";
  readonly causes: boolean;
  readonly stacks: boolean;
  readonly secret: SecretKey;
}

/** A field of a line: left out if undefined. */
export type Field = readonly [key: string, value: string | number | undefined];

const wordWidth = 10;

/** `HH:MM:SS.mmm word subject key=value…`: values with spaces are quoted. */
export function appendLine(clock: string, word: string, tone: Tone, subject: string, fields: readonly Field[]): Line {
  const pairs: Span[] = fields
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value]) => [span(` ${key}=`, "faint"), span(quoted(String(value)))]);
  return [span(`${clock} `, "faint"), span(word.padEnd(wordWidth), tone), span(` ${quoted(subject)}`, "strong"), ...pairs];
}

/** The fields of an event. */
export function eventFields(call: CallView, event: ExecutionEvent, { details, causes, stacks, secret }: AppendLayout): readonly Field[] {
  const failed = event.status === "failed" && details !== "none" ? call.error : undefined;
  return [
    ["attempt", attemptsText({ ...call, attempt: event.attempt }) || undefined],
    ["opening", event.opening],
    ["items", event.group?.size],
    ["workers", event.group?.maxWorkers],
    [event.status === "awaiting" ? "for" : "in", event.delayMs === undefined ? undefined : formatDuration(event.delayMs)],
    ["took", event.executionTimeMs === undefined ? undefined : formatDuration(tookMs(call, event))],
    ["pinned", event.pinned === true ? "true" : undefined],
    ["replayed", event.isReplayed === true ? "true" : undefined],
    ["reason", event.reason],
    ["code", failed?.code],
    ["error", failed?.message],
    ["because", causes && failed !== undefined && failed.causes.length > 0 ? failed.causes.map(errorText).join(" | ") : undefined],
    ["stack", stacks && failed !== undefined && failed.stack.length > 0 ? failed.stack.join(" | ") : undefined],
    ["prompt", details !== "none" && "prompt" in event ? readValue(() => event.prompt, secret, readable) : undefined],
    ["input", details === "io" && event.status === "started" && "input" in event ? readValue(() => event.input, secret, readable) : undefined],
    ["value", details === "io" && event.status === "completed" && "value" in event ? readValue(() => event.value, secret, readable) : undefined],
  ];
}

/** The fields of what an earlier process has begun to wait for: how long ago, and how long still. */
export function waitingFields(call: CallView, event: ExecutionEvent, now: number, layout: AppendLayout): readonly Field[] {
  const ownWords = ["in", "for"];
  return [
    ["since", formatDuration(now - event.at)],
    [event.status === "awaiting" ? "for" : "in", event.dueAt === undefined ? undefined : formatDuration(event.dueAt - now)],
    ...eventFields(call, event, layout).filter(([key]) => !ownWords.includes(key)),
    ["code", event.status === "retrying" && layout.details !== "none" ? call.error?.code : undefined],
  ];
}

/** The fields of a reuse. */
export function recoveredFields(notice: RecoveredNotice): readonly Field[] {
  return [
    ["saved", formatDuration(notice.savedMs)],
    ["status", notice.status === "completed" ? undefined : notice.status],
    ["attempts", notice.attempts > 1 ? notice.attempts : undefined],
    ["inputChanged", notice.inputChanged ? "true" : undefined],
    ["versionChanged", notice.versionChanged ? "true" : undefined],
  ];
}

/** The fields of a group's progress. */
export function progressFields(notice: GroupNotice): readonly Field[] {
  return [
    ["completed", `${notice.completed}/${notice.size}`],
    ["running", notice.running],
    ["failed", notice.failed || undefined],
    ["cancelled", notice.cancelled || undefined],
    ["recovered", notice.recovered || undefined],
  ];
}

/** The fields of a log. */
export function logFields(notice: LogNotice, { details, secret }: AppendLayout): readonly Field[] {
  return [
    ["level", notice.level],
    ["code", notice.code],
    ["message", notice.message],
    ["data", details === "io" && notice.data !== undefined ? readable(notice.data, secret) : undefined],
  ];
}

/** The fields of an interruption. */
export function interruptFields({ signal, checkpoint, seq, openCalls, error }: InterruptNotice): readonly Field[] {
  return [
    ["reason", reasonText(signal)],
    ["message", signal.message],
    ["by", signal.triggeredBy],
    ["open", openCalls],
    ["checkpoint", checkpoint],
    ["seq", seq],
    ["error", error?.message],
  ];
}

/** The fields of the line that closes a run. */
export function summaryFields({ status, elapsedMs, calls, savedMs, reuses }: RunStatistics): readonly Field[] {
  return [
    ["status", status],
    ["took", elapsedMs === undefined ? undefined : formatDuration(elapsedMs)],
    ["calls", calls.total],
    ["ran", calls.ran],
    ["recovered", calls.recovered],
    ["completed", calls.completed],
    ["failed", calls.failed],
    ["cancelled", calls.cancelled || undefined],
    ["interrupted", calls.interrupted || undefined],
    ["open", calls.running + calls.retrying || undefined],
    ["retries", calls.retryEvents],
    ["retried", calls.retriedCalls],
    ["saved", reuses > 0 ? formatDuration(savedMs) : undefined],
  ];
}

function quoted(text: string): string {
  const safe = sanitise(text);
  return safe === "" || /[\s"=]/.test(safe) ? JSON.stringify(safe) : safe;
}
