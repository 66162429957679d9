import type { CheckpointNotice, ExecutionEvent, GroupNotice, InterruptNotice, LogNotice, RecoveredNotice } from "@reprise/core/spi";
import { applyEvent } from "./apply-event.ts";
import { describeError } from "./describe-error.ts";
import { placeCall, placeGroup } from "./place-call.ts";
import { parentOf, type CallView, type RunMessage, type RunView } from "./run-view.ts";

/**
 * Takes a message of a run into its view and returns the view. Total: any order of messages gives a view; an event that
 * was seen before changes nothing.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { createRunView, reduce } from "@reprise/printer";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * const view = createRunView();
 * for (const message of state.history.events()) reduce(view, { topic: "event", message });
 * console.log([...view.calls.values()].map((call) => call.status)); // [ 'completed' ]
 * ```
 */
export function reduce(view: RunView, { topic, message }: RunMessage): RunView {
  view.stateId ??= message.stateId;
  if (topic === "event") onEvent(view, message);
  else if (topic === "waiting") onWaiting(view, message);
  else if (topic === "recovered") onRecovered(view, message);
  else if (topic === "group") onGroup(view, message);
  else if (topic === "log") onLog(view, message);
  else if (topic === "checkpoint") onCheckpoint(view, message);
  else if (topic === "interrupt") onInterrupt(view, message);
  return view;
}

function onEvent(view: RunView, event: ExecutionEvent): void {
  const call = placeCall(view, event);
  seenAt(view, event.at);
  if (event.seq <= call.lastSeq) return;
  view.lastSeq = Math.max(view.lastSeq, event.seq);
  view.calls.set(call.call, applyEvent(view, call, event));
  if (event.status !== "interrupted") goOn(view, call, event.at);
}

/** Something happens below what was interrupted: it was entered again, of which there is no event. */
function goOn(view: RunView, call: CallView, at: number): void {
  for (let ancestor = parentOf(view, call); ancestor !== undefined; ancestor = parentOf(view, ancestor)) {
    if (ancestor.status === "interrupted") view.calls.set(ancestor.call, { ...ancestor, status: "running", since: at });
  }
}

/** Nothing has happened here yet: neither does the time of the run begin, nor has the call run. */
function onWaiting(view: RunView, event: ExecutionEvent): void {
  const call = placeCall(view, event);
  if (call.source !== "implied" || event.seq <= call.lastSeq) return;
  const error = event.error === undefined ? call.error : describeError(event.error);
  view.calls.set(call.call, { ...applyEvent(view, call, event), source: "implied", error });
}

function onRecovered(view: RunView, notice: RecoveredNotice): void {
  const call = placeCall(view, notice);
  const ran = call.source === "ran";
  view.calls.set(call.call, {
    ...call,
    source: ran ? "ran" : "recovered",
    status: ran ? call.status : settled(notice.status),
    attempt: Math.max(call.attempt, notice.attempts),
    reuses: call.reuses + 1,
    savedMs: call.savedMs + Math.max(0, notice.savedMs),
    inputChanged: call.inputChanged || notice.inputChanged,
    versionChanged: call.versionChanged || notice.versionChanged,
  });
}

function settled(status: RecoveredNotice["status"]): "completed" | "failed" | "cancelled" {
  return status === "failed" || status === "cancelled" ? status : "completed";
}

function onGroup(view: RunView, notice: GroupNotice): void {
  const call = placeGroup(view, notice.call, notice.address);
  view.calls.set(call.call, { ...call, progress: notice, group: { maxWorkers: call.group?.maxWorkers, size: notice.size } });
}

function onLog(view: RunView, notice: LogNotice): void {
  seenAt(view, notice.at);
  view.logs[notice.level] += 1;
}

function onCheckpoint(view: RunView, notice: CheckpointNotice): void {
  seenAt(view, notice.at);
  view.lastSeq = Math.max(view.lastSeq, notice.seq);
  view.checkpoint = { seq: notice.seq, status: notice.status };
}

function onInterrupt(view: RunView, notice: InterruptNotice): void {
  seenAt(view, notice.at);
  view.interrupt = notice;
}

function seenAt(view: RunView, at: number): void {
  view.firstAt = Math.min(view.firstAt ?? at, at);
  view.lastAt = Math.max(view.lastAt ?? at, at);
}
