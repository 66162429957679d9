import type { ErrorRecord } from "@reprise/core/spi";
import { sanitise } from "../text/sanitise.ts";

/** An error in the printer's words; harmless text. */
export interface ErrorSummary {
  /** What errors are counted by: the code, else the HTTP status, else the name. */
  readonly code: string;
  readonly message: string;
  readonly stack: readonly string[];
}

const maxStackLines = 20;
const maxChain = 200;

/** A recorded error in one line, with its stack (without the line that repeats the message). */
export function describeError(error: ErrorRecord): ErrorSummary {
  const code = sanitise(String(error.code ?? (error.status === undefined ? error.name : `HTTP_${error.status}`)), 60);
  const frames = (error.stack ?? "").slice(0, 20_000).split("\n").filter((line) => /^\s+at /.test(line));
  return {
    code: code === "" ? "Error" : code,
    message: sanitise(error.message, 500),
    stack: frames.slice(0, maxStackLines).map((line) => sanitise(line).trim()),
  };
}

/** `TIMEOUT no response after 3.5s`; a plain `Error` is only its message. */
export function errorText({ code, message }: ErrorSummary): string {
  if (message === "") return code;
  return code === "Error" ? message : `${code} ${message}`;
}

/** The messages of an error, its causes and the errors it collects. */
export function messagesWithin(error: ErrorRecord): ReadonlySet<string> {
  const messages = new Set<string>();
  const waiting: ErrorRecord[] = [error];
  for (let visited = 0; visited < maxChain; visited += 1) {
    const next = waiting.pop();
    if (next === undefined) break;
    messages.add(sanitise(next.message, 500));
    if (next.cause !== undefined) waiting.push(next.cause);
    if (next.errors !== undefined) waiting.push(...next.errors.slice(0, maxChain));
  }
  return messages;
}
