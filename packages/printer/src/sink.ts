/** What a printer writes to: `process.stderr`, a file stream, or an object with a `write`. */
export interface PrintStream {
  /** Takes text; what it gives back is not looked at. */
  write(text: string): unknown;
  /** Width of the terminal. */
  readonly columns?: number | undefined;
  /** Its height. */
  readonly rows?: number | undefined;
  readonly isTTY?: boolean | undefined;
  /** The terminal does not keep up. */
  readonly writableNeedDrain?: boolean | undefined;
  /** Where streams report a broken pipe. */
  on?(event: "error", listener: (error: Error) => void): unknown;
}

/** Writes lines until the stream breaks, and nothing after that. */
export interface Sink {
  write(lines: readonly string[]): void;
  /** Writes a text as it is. */
  writeText(text: string): void;
  readonly broken: boolean;
}

// One listener for each stream, however many printers and runs share it.
const sinks = new WeakMap<PrintStream, Sink>();

/**
 * The sink of a stream. Whoever reads the other end may go away (`run | head`): the stream then throws or, without a
 * listener for its `error`, ends the process. A printer must do neither to a run, so it falls silent.
 */
export function sinkFor(stream: PrintStream): Sink {
  const existing = sinks.get(stream);
  if (existing !== undefined) return existing;
  let broken = false;
  stream.on?.("error", () => {
    broken = true;
  });
  const writeText = (text: string): void => {
    if (broken || text === "") return;
    try {
      stream.write(text);
    } catch {
      // There is nowhere left to report it.
      broken = true;
    }
  };
  const sink: Sink = {
    write: (lines) => writeText(lines.length === 0 ? "" : `${lines.join("\n")}\n`),
    writeText,
    get broken() {
      return broken;
    },
  };
  sinks.set(stream, sink);
  return sink;
}
