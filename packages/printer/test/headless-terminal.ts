import headless from "@xterm/headless";
import type { PrintStream } from "../src/sink.ts";

/** A terminal without a screen: what has been written to it can be read as a person would see it. */
export interface HeadlessTerminal extends PrintStream {
  readonly columns: number;
  readonly rows: number;
  /** Whatever was written to it, as it was written. */
  readonly written: string;
  /** The lines that scrolled out above, then those on the screen, without what is empty at the end. */
  lines(): Promise<string[]>;
  /** Only those on the screen. */
  screen(): Promise<string[]>;
  cursorShown(): boolean;
  title(): string;
  resize(columns: number, rows: number): Promise<void>;
}

/** A terminal of a size. */
export function headlessTerminal(columns: number, rows: number): HeadlessTerminal {
  const terminal = new headless.Terminal({ cols: columns, rows, scrollback: 100_000, allowProposedApi: true, convertEol: true });
  let written = "";
  let title = "";
  terminal.onTitleChange((text) => (title = text));
  const flushed = (): Promise<void> => new Promise((resolve) => terminal.write("", resolve));
  const read = (from: number): string[] => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: active.length - from }, (_, index) => active.getLine(index + from)?.translateToString(true) ?? "");
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  };
  return {
    isTTY: true,
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    get written() {
      return written;
    },
    write: (text) => {
      written += text;
      terminal.write(text);
      return true;
    },
    lines: async () => {
      await flushed();
      return read(0);
    },
    screen: async () => {
      await flushed();
      return read(terminal.buffer.active.baseY);
    },
    cursorShown: () => written.lastIndexOf("\u001b[?25l") <= written.lastIndexOf("\u001b[?25h"),
    title: () => title,
    resize: async (width, height) => {
      await flushed();
      terminal.resize(width, height);
    },
  };
}
