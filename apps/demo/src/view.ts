import { createRunView, eventPrinter, reduce, renderSummary, renderTree, type PrintStream, type RunMessage, type RunView } from "@reprise/printer";
import type { RunFeed, Subscriber, Topic, Topics } from "@reprise/core/spi";
import { progressLines } from "./progress.ts";
import { coloursWanted } from "./system.ts";

/** How much of a run is shown: how far it is and at last the tree, a line for each event, or nothing. */
export const views = ["progress", "events", "nothing"] as const;
/** One of {@link views}. */
export type View = (typeof views)[number];

/** Shows a run on a stream: its course, and at the end the tree (long groups collapsed) and the summary. */
export function viewSubscriber(view: View, stream: PrintStream): Subscriber {
  if (view === "nothing") return eventPrinter({ mode: "silent" });
  if (view === "events") return eventPrinter({ mode: "append", stream });
  return {
    attach: (run) => {
      const known = createRunView();
      const progress = progressLines(run, stream);
      collect(run, known, () => progress.update(known));
      return () => {
        progress.end();
        stream.write(`${picture(known, stream).join("\n")}\n`);
      };
    },
  };
}

function collect(run: RunFeed, view: RunView, changed: () => void): void {
  const listen = <T extends Topic>(topic: T, tagged: (message: Topics[T]) => RunMessage): void => {
    run.on(topic, (message) => {
      reduce(view, tagged(message));
      changed();
    });
  };
  listen("event", (message) => ({ topic: "event", message }));
  listen("recovered", (message) => ({ topic: "recovered", message }));
  listen("log", (message) => ({ topic: "log", message }));
  listen("group", (message) => ({ topic: "group", message }));
  listen("checkpoint", (message) => ({ topic: "checkpoint", message }));
}

/** The finished run, indented below the act it belongs to. */
function picture(view: RunView, stream: PrintStream): string[] {
  const columns = stream.columns ?? 100;
  const layout = { width: Math.min(columns, 110) - indent.length, color: coloursWanted(stream) };
  return ["", ...renderTree(view, { ...layout, maxChildren: 6 }), "", ...renderSummary(view, layout)].map((line) => (line === "" ? line : `${indent}${line}`));
}

const indent = "   ";
