/** What a printer writes to: `process.stderr`, a file stream, or an object with a `write`. */
export interface PrintStream {
  write(text: string): unknown;
  /** Width of the terminal. */
  readonly columns?: number | undefined;
  readonly isTTY?: boolean | undefined;
  /** Where streams report a broken pipe. */
  on?(event: "error", listener: (error: Error) => void): unknown;
}

/** Writes lines until the stream breaks, and nothing after that. */
export interface Sink {
  write(lines: readonly string[]): void;
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
  const sink: Sink = {
    write: (lines) => {
      if (broken || lines.length === 0) return;
      try {
        stream.write(`${lines.join("\n")}\n`);
      } catch {
        // There is nowhere left to report it.
        broken = true;
      }
    },
    get broken() {
      return broken;
    },
  };
  sinks.set(stream, sink);
  return sink;
}
