import type { ExecutionEvent } from "@reprise/core";
import type { RunFeed } from "@reprise/core/spi";
import { eventPrinter, type EventPrinterOptions } from "@reprise/printer";
import type { Terminal } from "./terminal.ts";

/** How events are written. */
export interface EventLines {
  /** Each as a line of JSON instead of a line for people. */
  readonly json: boolean;
  /** With inputs and results. */
  readonly values: boolean;
  /** A line at the end that says what the run came to. */
  readonly summary: boolean;
}

/** Writes events of a run as they come. */
export interface EventLog {
  write(event: ExecutionEvent): void;
  /** One that was not asked for: without it, an agent whose beginning is not shown would be said to have been re-entered where its next call is. */
  pass(event: ExecutionEvent): void;
  end(): void;
}

/** Begins to write events of a run to stdout. */
export function logEvents({ stateId, lastSeq }: { readonly stateId: string; readonly lastSeq: number }, terminal: Terminal, { json, values, summary }: EventLines): EventLog {
  const listeners: ((event: ExecutionEvent) => void)[] = [];
  let silent = false;
  const feed: RunFeed = {
    stateId,
    origin: { kind: "loaded", lastSeq },
    on: (topic, handler) => {
      if (topic === "event") listeners.push(handler as (event: ExecutionEvent) => void);
      return () => undefined;
    },
  };
  const options: EventPrinterOptions = {
    mode: json ? "json" : "append",
    // Lines come with their own line breaks.
    stream: { write: (text: string) => void (silent || terminal.out(text.replace(/\n$/u, ""))) },
    color: terminal.colour,
    glyphs: terminal.glyphs,
    details: values ? "io" : "errors",
    summary,
  };
  const detach = eventPrinter(options).attach(feed);
  const write = (event: ExecutionEvent): void => {
    for (const listener of listeners) listener(event);
  };
  return {
    write,
    pass(event) {
      silent = true;
      write(event);
      silent = false;
    },
    end: detach,
  };
}
