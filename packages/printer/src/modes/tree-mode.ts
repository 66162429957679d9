import { fitLine, span, type Line } from "../text/line.ts";
import { checkpointLine, eventLines, logLines, progressLine, recoveredLines, reenteredLine, waitingLines, type EventLayout } from "../layout/event-lines.ts";
import { interruptLines } from "../layout/interrupt-lines.ts";
import { layoutSummary } from "../layout/layout-summary.ts";
import { worthALine, worthAProgressLine } from "../layout/worth-a-line.ts";
import { originText, type Mode, type ModeContext } from "./mode.ts";
import { reenteredTracker } from "./reentered.ts";

/** A line for each event, indented by depth, and the summary at the end. */
export function treeMode(context: ModeContext): Mode {
  const reentered = reenteredTracker();
  const layout = (): EventLayout => {
    const { glyphs, details, causes, stacks, secret } = context;
    return { width: context.width(), glyphs, details, causes, stacks, secret };
  };
  const painted = (lines: readonly Line[]): readonly string[] => lines.map(context.paint);
  return {
    needsView: true,
    begin: (run) => {
      const title = context.title === undefined ? [] : [span(`${context.title}  `, "strong")];
      const line = [...title, span(run.stateId, "strong"), span(`  ${originText(run)}`, "faint")];
      return painted([fitLine(line, context.width(), context.glyphs.ellipsis)]);
    },
    message: ({ topic, message }, view, previous) => {
      const now = layout();
      const within = (call: number, lines: readonly Line[]): readonly string[] =>
        painted([...reentered(view, call).map((ancestor) => reenteredLine(view, ancestor, now)), ...lines]);
      if (topic === "event") return worthALine(view, message, context.minimal) ? within(message.call, eventLines(view, message, now)) : [];
      if (topic === "waiting") return painted(waitingLines(view, message, context.now(), now));
      if (topic === "recovered") return within(message.call, recoveredLines(view, message, now));
      if (topic === "log") return painted(logLines(view, message, now));
      if (topic === "checkpoint") return painted([checkpointLine(message, now)]);
      if (topic === "interrupt") return painted(interruptLines(message, now));
      if (context.minimal || !worthAProgressLine(previous, message)) return [];
      return within(message.call, progressLine(view, message, now));
    },
    end: (view) => (context.summary ? ["", ...painted(layoutSummary(view, layout()))] : []),
  };
}
