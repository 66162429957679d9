import type { ErrorRecord } from "@reprise/core/spi";
import { escapeHtml } from "../text/escape-html.ts";
import { describeError, errorText, type ErrorCause, type ErrorSummary } from "../view/describe-error.ts";

/** An error with its chain of causes, one below the other. */
export function htmlError(error: ErrorRecord, stacks: boolean): string {
  const summary = describeError(error);
  return `<div class="error">${link(summary, stacks)}${summary.causes.map((cause) => causeBlock(cause, stacks)).join("")}</div>`;
}

function causeBlock(cause: ErrorCause, stacks: boolean): string {
  return `<div class="cause" style="margin-left:${Math.min(cause.depth, 8)}rem"><span class="word">${cause.kind === "cause" ? "because of" : "with"}</span> ${link(cause, stacks)}</div>`;
}

function link(error: Pick<ErrorSummary, "code" | "message" | "stack">, stacks: boolean): string {
  const stack = !stacks || error.stack.length === 0 ? "" : `<pre>${error.stack.map(escapeHtml).join("\n")}</pre>`;
  return `${escapeHtml(errorText(error))}${stack}`;
}
