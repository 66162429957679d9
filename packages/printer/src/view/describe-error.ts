import type { ErrorRecord } from "@reprise/core/spi";
import { sanitise } from "../text/sanitise.ts";

/** An error in the printer's words; harmless text. */
export interface ErrorSummary {
  /** What errors are counted by: the code, else the HTTP status, else the name. */
  readonly code: string;
  readonly message: string;
  readonly stack: readonly string[];
  /** What it was caused by, and the errors it collects, outermost first; a collected one and what caused it are one level deeper. */
  readonly causes: readonly ErrorCause[];
}

/** One link of an error's chain of causes. */
export interface ErrorCause extends Omit<ErrorSummary, "causes"> {
  /** `cause` explains what stands above it, `collected` is one of several. */
  readonly kind: "cause" | "collected";
  /** From 1. */
  readonly depth: number;
}

const maxStackLines = 20;
const maxChain = 200;
const maxCauses = 20;

/** A recorded error in one line, with its stack (without the line that repeats the message). */
export function describeError(error: ErrorRecord): ErrorSummary {
  return { ...describeOne(error), causes: addCauses(error, 1, []) };
}

function describeOne(given: ErrorRecord): Omit<ErrorSummary, "causes"> {
  // What redact has put in the place of a part, or of the whole, may be anything.
  const error: ErrorRecord = typeof given === "object" && given !== null ? given : { name: "Error", message: String(given) };
  const code = sanitise(String(error.code ?? (error.status === undefined ? error.name : `HTTP_${error.status}`)), 60);
  const frames = (typeof error.stack === "string" ? error.stack : "").slice(0, 20_000).split("\n").filter((line) => /^\s+at /.test(line));
  return {
    code: code === "" ? "Error" : code,
    message: sanitise(error.message, 500),
    stack: frames.slice(0, maxStackLines).map((line) => sanitise(line).trim()),
  };
}

/** Stops at a number of links: an error that collects errors that collect errors would have no end. */
function addCauses(error: ErrorRecord, depth: number, causes: ErrorCause[]): ErrorCause[] {
  const add = (inner: ErrorRecord, kind: ErrorCause["kind"]): void => {
    if (causes.length >= maxCauses) return;
    causes.push({ ...describeOne(inner), kind, depth });
    addCauses(inner, depth + 1, causes);
  };
  if (error.cause !== undefined) add(error.cause, "cause");
  for (const inner of collectedIn(error)) add(inner, "collected");
  return causes;
}

/** The chain of causes below an error, one line for each link: `because ECONNRESET socket hang up`. */
export function causeLines({ causes }: ErrorSummary, stacks: boolean): readonly string[] {
  return causes.flatMap((cause) => {
    const indent = "  ".repeat(Math.min(cause.depth, maxIndent));
    const line = `${indent}${cause.kind === "cause" ? "because" : "with"} ${errorText(cause)}`;
    return stacks ? [line, ...cause.stack.map((frame) => `${indent}  ${frame}`)] : [line];
  });
}

const maxIndent = 6;

/** `TIMEOUT no response after 3.5s`; a plain `Error` is only its message. */
export function errorText({ code, message }: Pick<ErrorSummary, "code" | "message">): string {
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
    waiting.push(...collectedIn(next).slice(0, maxChain));
  }
  return messages;
}

function collectedIn({ errors }: ErrorRecord): readonly ErrorRecord[] {
  return Array.isArray(errors) ? (errors as readonly ErrorRecord[]) : [];
}
