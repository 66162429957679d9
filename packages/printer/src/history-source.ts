import { invalidOption, type ExecutionEvent } from "@reprise/core/spi";
import { messageOf, viewOf, type RunItem } from "./view/view-of.ts";
import { reduce } from "./view/reduce.ts";
import { createRunView, type RunMessage, type RunView } from "./view/run-view.ts";

/** What a run can be exported from: its history, events of it, or messages with their topics. */
export type HistorySource = Iterable<RunItem> | { events(): Iterable<ExecutionEvent> };

/** The messages of a source, in its order, and the view after all of them. */
export interface ReadHistory {
  readonly view: RunView;
  readonly messages: readonly RunMessage[];
}

/** Reads a source once. Throws `INVALID_OPTION` for what is none. */
export function readHistory(source: HistorySource, caller: string): ReadHistory {
  const items = itemsOf(source);
  if (items === undefined) return invalidOption("source", "a history or an iterable of events", source, caller);
  const messages = [...items].map(messageOf).filter((message) => message !== undefined);
  const view = createRunView();
  for (const message of messages) reduce(view, message);
  return { view, messages };
}

/** The view that is given, or that of a source. Throws `INVALID_OPTION` for what is neither. */
export function viewIn(source: RunView | HistorySource, caller: string): RunView {
  const items = itemsOf(source);
  if (items !== undefined) return viewOf(items);
  const given: unknown = source;
  if (typeof given === "object" && given !== null && "calls" in given && given.calls instanceof Map) return given as RunView;
  return invalidOption("source", "a history, an iterable of events or a view of a run", source, caller);
}

function itemsOf(source: unknown): Iterable<RunItem> | undefined {
  if (typeof source !== "object" || source === null) return undefined;
  if (Symbol.iterator in source) return source as Iterable<RunItem>;
  const events: unknown = "events" in source && typeof source.events === "function" ? (source as { events(): unknown }).events() : undefined;
  return typeof events === "object" && events !== null && Symbol.iterator in events ? (events as Iterable<ExecutionEvent>) : undefined;
}
