import type { ExecutionEvent, GroupNotice, InterruptNotice, LogNotice, RecoveredNotice } from "@reprise/core/spi";
import { formatDuration } from "../text/format.ts";
import { span, type Line, type Span, type Tone } from "../text/line.ts";
import { readable, type SecretKey } from "../text/preview.ts";
import { sanitise } from "../text/sanitise.ts";
import { errorText, type ErrorSummary } from "../view/describe-error.ts";
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
  const line: Span[] = [span(`${clock} `, "faint"), span(word.padEnd(wordWidth), tone), span(` ${quoted(subject)}`, "strong")];
  for (const [key, value] of fields) {
    if (value !== undefined) line.push(span(` ${key}=`, "faint"), span(quoted(String(value))));
  }
  return line;
}

/** The fields of an event. */
export function eventFields(call: CallView, event: ExecutionEvent, { details, causes, stacks, secret }: AppendLayout): readonly Field[] {
  const fields: Field[] = [];
  // Nothing is made for what an event does not say: most say little, and each event passes here.
  const add = (key: string, value: Field[1]): void => void (value !== undefined && fields.push([key, value]));
  add("attempt", attemptsText(call, event.attempt) || undefined);
  add("opening", event.opening);
  add("items", event.group?.size);
  add("workers", event.group?.maxWorkers);
  if (event.delayMs !== undefined) add(event.status === "awaiting" ? "for" : "in", formatDuration(event.delayMs));
  if (event.executionTimeMs !== undefined) add("took", formatDuration(tookMs(call, event)));
  if (event.pinned === true) add("pinned", "true");
  if (event.isReplayed === true) add("replayed", "true");
  add("reason", event.reason);
  if (event.status === "failed" && details !== "none" && call.error !== undefined) fields.push(...errorFields(call.error, causes, stacks));
  if (details !== "none" && "prompt" in event) add("prompt", readValue(() => event.prompt, secret, readable));
  if (details === "io" && event.status === "started" && "input" in event) add("input", readValue(() => event.input, secret, readable));
  if (details === "io" && event.status === "completed" && "value" in event) add("value", readValue(() => event.value, secret, readable));
  return fields;
}

function errorFields({ code, message, causes: chain, stack }: ErrorSummary, causes: boolean, stacks: boolean): readonly Field[] {
  return [
    ["code", code],
    ["error", message],
    ["because", causes && chain.length > 0 ? chain.map(errorText).join(" | ") : undefined],
    ["stack", stacks && stack.length > 0 ? stack.join(" | ") : undefined],
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
