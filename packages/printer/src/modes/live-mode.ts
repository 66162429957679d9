import type { RunFeed } from "@reprise/core/spi";
import { loneLogLine } from "../layout/event-lines.ts";
import { interruptLines } from "../layout/interrupt-lines.ts";
import { layoutSummary } from "../layout/layout-summary.ts";
import { movingRows, restRows, settledRows } from "../layout/layout-live.ts";
import type { RowLayout } from "../layout/row-draft.ts";
import type { Screen, ScreenPart } from "../screen/screen.ts";
import type { ShownLine } from "../screen/frame-text.ts";
import { fitLine, lineWidth, span, type Line } from "../text/line.ts";
import { sanitise } from "../text/sanitise.ts";
import { followRun } from "../view/follow-run.ts";
import { reduce } from "../view/reduce.ts";
import { ancestorsOf, createRunView, isOpen, type RunMessage, type RunView } from "../view/run-view.ts";
import { runStatus } from "../view/run-status.ts";
import { originText, type ModeContext } from "./mode.ts";

const spinMs = 85;

/** Shows a run on a screen from now on. The function returned writes what is left of it, and the summary. */
export function showLive(run: RunFeed, context: ModeContext, screen: Screen): () => void {
  const view = createRunView();
  const live = new LiveRun(run, view, context, screen);
  const unfollow = followRun(run, (message) => live.take(message));
  const hide = screen.show(live);
  return () => {
    unfollow();
    live.over = true;
    hide();
  };
}

class LiveRun implements ScreenPart {
  /** The printing has come to its end, and not the process. */
  over = false;
  readonly #run: RunFeed;
  readonly #view: RunView;
  readonly #context: ModeContext;
  readonly #screen: Screen;
  readonly #settled = new Set<number>();
  #waiting: Line[] = [];
  #headed = false;

  constructor(run: RunFeed, view: RunView, context: ModeContext, screen: Screen) {
    this.#screen = screen;
    this.#run = run;
    this.#view = view;
    this.#context = context;
  }

  take(message: RunMessage): void {
    const lines = this.#guarded(() => {
      reduce(this.#view, message);
      if (message.topic === "event") this.#unsettle(message.message.call);
      return message.topic === "log" ? this.#logged(message.message) : [];
    });
    this.#waiting.push(...lines);
  }

  settled(): readonly ShownLine[] {
    // The trees of several runs are written one after the other, each in one piece.
    if (this.#context.several()) return [];
    return this.#shown(() => {
      const { lines, calls } = settledRows(this.#view, this.#settled, this.#layout());
      for (const call of calls) this.#settled.add(call);
      return this.#flushed(lines);
    });
  }

  moving(height: number): readonly ShownLine[] {
    return this.#shown(() => {
      const layout = { ...this.#layout(), spin: Math.floor(this.#context.now() / spinMs) };
      const named = this.#headed && !this.#context.several();
      const head = named || height < 2 ? [] : [this.#head()];
      return [...head, ...movingRows(this.#view, this.#settled, layout, height - head.length)];
    });
  }

  rest(): readonly ShownLine[] {
    return this.#shown(() => {
      const { summary, glyphs } = this.#context;
      const rows = this.#flushed(restRows(this.#view, this.#settled, this.#layout()));
      if (!this.over) return rows;
      if (summary) return [...rows, [], ...layoutSummary(this.#view, { width: this.#context.width(), glyphs })];
      const { interrupt } = this.#view;
      // The summary says it, too.
      const stopped = interrupt !== undefined && runStatus(this.#view) === "interrupted";
      return stopped ? [...rows, ...interruptLines(interrupt, { width: this.#context.width(), glyphs })] : rows;
    });
  }

  #flushed(rows: readonly Line[]): readonly Line[] {
    const lines = [...rows, ...this.#waiting];
    this.#waiting = [];
    if (lines.length === 0 || this.#screen.author === this) return lines;
    this.#screen.author = this;
    this.#headed = true;
    return [this.#head(), ...lines];
  }

  /** A call that was over goes on, because its parent was opened again or the run was interrupted: it is shown once more. */
  #unsettle(number: number): void {
    const call = this.#view.calls.get(number);
    if (call === undefined) return;
    for (const each of [call, ...ancestorsOf(this.#view, call)]) if (isOpen(each)) this.#settled.delete(each.call);
  }

  #head(): Line {
    const { title, glyphs } = this.#context;
    const name = title === undefined ? [] : [span(`${title}  `, "strong")];
    const line = [...name, span(this.#run.stateId, "strong"), span(`  ${originText(this.#run)}`, "faint")];
    return fitLine(line, this.#context.width(), glyphs.ellipsis);
  }

  #logged(notice: Extract<RunMessage, { topic: "log" }>["message"]): readonly Line[] {
    const { glyphs, details, causes, stacks, secret, width } = this.#context;
    return [loneLogLine(this.#view, notice, { width: width(), glyphs, details, causes, stacks, secret })];
  }

  #layout(): RowLayout {
    const { glyphs, details, causes, stacks, secret, width, now } = this.#context;
    return { width: width(), now: now(), glyphs, errors: details !== "none", causes, stacks, secret };
  }

  #shown(lines: () => readonly Line[]): readonly ShownLine[] {
    return this.#guarded(lines).map((line) => ({ text: this.#context.paint(line), width: lineWidth(line) }));
  }

  /** What cannot be shown must cost neither the run nor the screen, nor go unnoticed. */
  #guarded(lines: () => readonly Line[]): readonly Line[] {
    try {
      return lines();
    } catch (error) {
      const message = `[printer] a message could not be shown: ${sanitise(error instanceof Error ? error.message : String(error))}`;
      return [fitLine([span(message, "failed")], this.#context.width(), this.#context.glyphs.ellipsis)];
    }
  }
}
