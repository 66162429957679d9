import { sinkFor, type PrintStream } from "../sink.ts";
import type { PrinterSystem } from "../system.ts";
import { eraseText, frameText, showCursor, type ShownLine } from "./frame-text.ts";

/** Something that is shown on a terminal while it changes. None of its functions throws. */
export interface ScreenPart {
  /** What will not change any more and was not given before; it is written for good. */
  settled(): readonly ShownLine[];
  /** All that was not given as settled, in at most `height` lines. */
  moving(height: number): readonly ShownLine[];
  /** The same, in as many lines as it takes: nothing comes after it. */
  rest(): readonly ShownLine[];
}

/** The part of a terminal that moves, at the bottom of what is written. */
export interface Screen {
  /** Shows a part, below those that are there. The function returned settles its rest. */
  show(part: ScreenPart): () => void;
  /** Who has settled the last lines: whoever comes after somebody else says who it is. */
  author: unknown;
}

const redrawMs = 85;
const fallbackRows = 24;
const fallbackColumns = 80;
// A frame may take a fifth of the time, however long the lists are.
const share = 5;

// However many printers share a terminal, it has one bottom.
const screens = new WeakMap<PrintStream, Screen>();

/** The screen of a terminal. */
export function screenFor(stream: PrintStream, system: PrinterSystem): Screen {
  const existing = screens.get(stream);
  if (existing !== undefined) return existing;
  const screen = new TerminalScreen(stream, system);
  screens.set(stream, screen);
  return screen;
}

class TerminalScreen implements Screen {
  author: unknown;
  readonly #stream: PrintStream;
  readonly #system: PrinterSystem;
  readonly #parts = new Set<ScreenPart>();
  #drawn: readonly ShownLine[] = [];
  #lineOpen = false;
  #writing = false;
  #cursorHidden = false;
  #cursorKept = false;
  #stopTimer: (() => void) | undefined;
  #unwatch: (() => void) | undefined;

  constructor(stream: PrintStream, system: PrinterSystem) {
    this.#stream = stream;
    this.#system = system;
  }

  show(part: ScreenPart): () => void {
    this.#parts.add(part);
    this.#unwatch ??= this.#system.watchHost(this.#stream, {
      beforeWrite: (endsLine) => this.#giveWay(endsLine),
      interrupted: () => this.#keepCursor(),
      leave: () => this.#leave(),
    });
    this.#stopTimer ??= this.#system.after(0, () => this.#tick());
    return () => {
      if (!this.#parts.delete(part)) return;
      this.#redraw(part.rest());
      if (this.#parts.size === 0) this.#close();
    };
  }

  #tick(): void {
    const before = this.#system.now();
    // Frames that nobody has seen yet are not worth another one.
    if (this.#stream.writableNeedDrain !== true) this.#redraw([]);
    const costMs = Math.max(0, this.#system.now() - before);
    this.#stopTimer = this.#parts.size === 0 ? undefined : this.#system.after(Math.max(redrawMs, costMs * share), () => this.#tick());
  }

  #redraw(last: readonly ShownLine[]): void {
    const parts = [...this.#parts];
    const settled = [...last, ...parts.flatMap((part) => part.settled())];
    const moving = sharedOut(parts, Math.max(1, (this.#stream.rows ?? fallbackRows) - 2));
    if (settled.length === 0 && sameLines(moving, this.#drawn)) return;
    this.#draw(settled, moving, parts.length === 0);
  }

  #draw(settled: readonly ShownLine[], moving: readonly ShownLine[], ends: boolean): void {
    const cursor = ends || this.#cursorKept;
    this.#write(frameText({ old: this.#drawn, columns: this.#columns, settled, moving, lineOpen: this.#lineOpen, cursor }));
    this.#drawn = moving;
    this.#lineOpen = false;
    this.#cursorHidden = !cursor;
  }

  get #columns(): number {
    return this.#stream.columns ?? fallbackColumns;
  }

  #write(text: string): void {
    this.#writing = true;
    sinkFor(this.#stream).writeText(text);
    this.#writing = false;
  }

  /** What others write belongs above what moves. */
  #giveWay(endsLine: boolean): void {
    if (this.#writing) return;
    this.#write(eraseText(this.#drawn, this.#columns));
    this.#drawn = [];
    this.#lineOpen = !endsLine;
  }

  #keepCursor(): void {
    this.#cursorKept = true;
    if (this.#cursorHidden) this.#write(showCursor);
    this.#cursorHidden = false;
  }

  #leave(): void {
    const rest = [...this.#parts].flatMap((part) => part.rest());
    this.#parts.clear();
    this.#draw(rest, [], true);
    this.#close();
  }

  #close(): void {
    if (this.#cursorHidden) this.#write(showCursor);
    this.#cursorHidden = false;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}

/** Gives each part the same height; parts there is no room for are left out until others end. */
function sharedOut(parts: readonly ScreenPart[], height: number): readonly ShownLine[] {
  const shown = parts.slice(0, height);
  return shown.flatMap((part) => part.moving(Math.floor(height / shown.length)));
}

function sameLines(left: readonly ShownLine[], right: readonly ShownLine[]): boolean {
  return left.length === right.length && left.every(({ text }, index) => text === right[index]?.text);
}
