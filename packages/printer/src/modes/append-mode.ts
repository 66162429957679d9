import { appendLine, eventFields, interruptFields, logFields, progressFields, recoveredFields, summaryFields, waitingFields, type Field } from "../layout/append-line.ts";
import { appearanceOfEvent, toneOfRun } from "../layout/appearance.ts";
import { reasonText } from "../layout/interrupt-lines.ts";
import { worthALine, worthAProgressLine } from "../layout/worth-a-line.ts";
import type { Tone } from "../text/line.ts";
import type { CallView } from "../view/run-view.ts";
import { statistics } from "../view/statistics.ts";
import type { Mode, ModeContext } from "./mode.ts";
import { reenteredTracker } from "./reentered.ts";

/** A line for each change, as logs are read: time, word, address, `key=value`. Lines are never cut to a width. */
export function appendMode(context: ModeContext): Mode {
  const reentered = reenteredTracker();
  const line = (at: number, word: string, tone: Tone, subject: string, fields: readonly Field[]): string =>
    context.paint(appendLine(context.clock(at), word, tone, subject, fields));
  // The begin and end of the printing are its own, not the run's.
  const lineNow = (word: string, tone: Tone, subject: string, fields: readonly Field[]): string =>
    line(context.now(), word, tone, subject, fields);
  // One of several runs is named last.
  const ofRun = (stateId: string, fields: readonly Field[]): readonly Field[] => (context.several() ? [...fields, ["run", stateId]] : fields);
  // Below those that name the calls around it of which nothing has been said.
  const within = (around: readonly CallView[], { at, stateId }: { readonly at: number; readonly stateId: string }, own: string): readonly string[] =>
    around.length === 0 ? [own] : [...around.map(({ address }) => line(at, "re-entered", "running", address, ofRun(stateId, []))), own];
  return {
    needsView: true,
    begin: ({ stateId, origin }) => [
      lineNow("run-start", "strong", stateId, [
        ["title", context.title],
        ["origin", origin.kind],
        ["lastSeq", origin.kind === "loaded" ? origin.lastSeq : undefined],
        ["interruptedBefore", origin.kind === "loaded" && origin.interruption !== undefined ? reasonText(origin.interruption) : undefined],
      ]),
    ],
    message: ({ topic, message }, view, previous) => {
      if (topic === "event") {
        const call = view.calls.get(message.call);
        if (call === undefined || !worthALine(view, message, context.minimal)) return [];
        const around = reentered(view, message.call);
        return within(around, message, line(message.at, message.status, appearanceOfEvent(message), message.address, ofRun(message.stateId, eventFields(call, message, context))));
      }
      if (topic === "waiting") {
        const call = view.calls.get(message.call);
        const now = context.now();
        return call === undefined ? [] : [line(now, message.status, appearanceOfEvent(message), message.address, ofRun(message.stateId, waitingFields(call, message, now, context)))];
      }
      if (topic === "recovered") {
        const around = reentered(view, message.call);
        return within(around, message, line(message.at, "recovered", "recovered", message.address, ofRun(message.stateId, recoveredFields(message))));
      }
      if (topic === "log") {
        const tone = message.level === "error" ? "failed" : message.level === "warn" ? "retrying" : "plain";
        return [line(message.at, "log", tone, message.address ?? message.stateId, ofRun(message.stateId, logFields(message, context)))];
      }
      if (topic === "checkpoint") {
        return [line(message.at, "checkpoint", toneOfRun(message.status), message.stateId, [["status", message.status], ["seq", message.seq]])];
      }
      if (topic === "interrupt") {
        return [line(message.at, "INTERRUPTED", message.checkpoint === "failed" ? "failed" : "interrupted", message.stateId, interruptFields(message))];
      }
      if (context.minimal || !worthAProgressLine(previous, message)) return [];
      return [line(message.at, "group", "running", message.address, ofRun(message.stateId, progressFields(message)))];
    },
    end: (view) => {
      const facts = statistics(view);
      return context.summary ? [lineNow("run-end", toneOfRun(facts.status), view.stateId ?? "run", summaryFields(facts))] : [];
    },
  };
}
