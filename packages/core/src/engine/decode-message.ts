import type { Message } from "../ports/state-backend.ts";
import { answerIn, type Answer } from "./answer.ts";
import { interruptIn, isInterruptKind, type InterruptMessage } from "./interrupt-message.ts";

/** What somebody has posted to a run. */
export type MessageContent = { readonly answer: Answer } | { readonly interrupt: InterruptMessage };

/** What is in a message; undefined if it is of a kind that is not known here. Throws if it is nothing. */
export function decodeMessage({ bytes }: Message): MessageContent | undefined {
  const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  const kind = typeof json === "object" && json !== null && "k" in json && typeof json.k === "string" ? json.k : "answer";
  if (isInterruptKind(kind)) return { interrupt: interruptIn(json) };
  return kind === "answer" ? { answer: answerIn(json) } : undefined;
}
