import type { RunFeed, Subscriber } from "@reprise/core/spi";
import pico from "picocolors";
import { appendMode } from "./modes/append-mode.ts";
import { jsonMode } from "./modes/json-mode.ts";
import { showLive } from "./modes/live-mode.ts";
import type { Mode, ModeContext } from "./modes/mode.ts";
import { treeMode } from "./modes/tree-mode.ts";
import { checkOptions, colorWanted, glyphSetFor, liveWanted, widthOf, type EventPrinterOptions } from "./printer-options.ts";
import { screenFor } from "./screen/screen.ts";
import { sinkFor, type Sink } from "./sink.ts";
import { defaultSystem, type PrinterSystem } from "./system.ts";
import { clockFor } from "./text/clock.ts";
import { paintLine } from "./text/line.ts";
import { secretKey } from "./text/preview.ts";
import { lookOf } from "./text/theme.ts";
import { sanitise } from "./text/sanitise.ts";
import { followRun } from "./view/follow-run.ts";
import { reduce } from "./view/reduce.ts";
import { createRunView, type RunMessage } from "./view/run-view.ts";

/** A subscriber that prints the runs it is attached to. */
export interface EventPrinter extends Subscriber {
  /** Prints the run from now on. The function it returns prints what comes last and ends the printing; calling it again does nothing. */
  attach(run: RunFeed): () => void;
}

/**
 * Prints what happens in a run while it happens. Give it to `createReprise({ subscribers: [eventPrinter()] })`.
 * A fault of the printer never reaches the run, and a broken pipe only silences it. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { eventPrinter } from "@reprise/printer";
 *
 * const printer = eventPrinter({ mode: "tree", title: "nightly import" });
 * ```
 */
export function eventPrinter(options: EventPrinterOptions = {}): EventPrinter {
  return printerOn(defaultSystem(), options);
}

/** `eventPrinter` with its surroundings given. */
export function printerOn(system: PrinterSystem, options: EventPrinterOptions): EventPrinter {
  checkOptions(options);
  const stream = options.stream ?? system.stderr;
  const colors = pico.createColors(colorWanted(options.color, system.environment, stream));
  const { glyphs, palette } = lookOf("eventPrinter", glyphSetFor(options.glyphs, system.environment), options.theme);
  let open = 0;
  const context: ModeContext = {
    width: () => widthOf(options.width ?? stream.columns),
    glyphs,
    paint: (line) => paintLine(line, colors, palette),
    details: options.details ?? "errors",
    causes: options.causes ?? false,
    stacks: options.stacks ?? false,
    summary: options.summary ?? true,
    minimal: options.minimal ?? false,
    title: options.title,
    secret: secretKey(options.redact),
    now: options.now ?? (() => system.now()),
    several: () => open > 1,
    clock: clockFor((at) => (options.utc === true ? 0 : system.utcOffsetMs(at))),
  };
  const asked = options.mode ?? "live";
  const mode = asked === "live" && !liveWanted(stream, system.environment) ? "append" : asked;
  if (mode === "silent") return { attach: () => () => undefined };
  const show = (run: RunFeed): (() => void) =>
    mode === "live" ? showLive(run, context, screenFor(stream, system)) : printRun(run, modes[mode](context), sinkFor(stream));
  return {
    attach: (run) => {
      open += 1;
      const end = show(run);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        end();
        open -= 1;
      };
    },
  };
}

const modes: Readonly<Record<Exclude<NonNullable<EventPrinterOptions["mode"]>, "silent" | "live">, (context: ModeContext) => Mode>> = {
  append: appendMode,
  tree: treeMode,
  json: jsonMode,
};

function printRun(run: RunFeed, mode: Mode, sink: Sink): () => void {
  const view = createRunView();
  const print = <Given>(given: Given, lines: (given: Given) => readonly string[]): void => {
    if (!sink.broken) sink.write(guarded(given, lines));
  };
  const linesOf = (message: RunMessage): readonly string[] => {
    const previous = message.topic === "group" ? view.calls.get(message.message.call)?.progress : undefined;
    return mode.message(message, mode.needsView ? reduce(view, message) : view, previous);
  };
  print(run, mode.begin);
  const unfollow = followRun(run, (message) => print(message, linesOf));
  return () => {
    unfollow();
    print(view, mode.end);
  };
}

/** A message that cannot be shown must not cost the run, nor go unnoticed. */
function guarded<Given>(given: Given, lines: (given: Given) => readonly string[]): readonly string[] {
  try {
    return lines(given);
  } catch (error) {
    return [`[printer] a message could not be shown: ${sanitise(error instanceof Error ? error.message : String(error))}`];
  }
}
