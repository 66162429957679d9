import { invalidOption, type ExecutionEvent, type Topics } from "@reprise/core/spi";
import { isRunItem } from "./check-item.ts";
import { reduce } from "./reduce.ts";
import { createRunView, type RunMessage, type RunView } from "./run-view.ts";

/** A message that says its topic itself, as each line of the `json` mode does. */
export type TaggedMessage = { [T in keyof Topics]: { readonly topic: T } & Topics[T] }[keyof Topics] | ({ readonly topic: "waiting" } & ExecutionEvent);

/** What a tree can be drawn from: events of a history, or messages with their topics. */
export type RunItem = ExecutionEvent | TaggedMessage;

/**
 * The view after all items. Throws `INVALID_OPTION` for what is neither an event nor a message with its topic.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { viewOf } from "@reprise/printer";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * console.log(viewOf(state.history.events()).calls.size); // 1
 * ```
 */
export function viewOf(items: Iterable<RunItem>): RunView {
  const view = createRunView();
  for (const item of items) take(view, item);
  return view;
}

/** The view after all items of an iterable that takes time. */
export async function collectView(items: AsyncIterable<RunItem>): Promise<RunView> {
  const view = createRunView();
  for await (const item of items) take(view, item);
  return view;
}

function take(view: RunView, item: RunItem): void {
  const message = messageOf(item);
  if (message !== undefined) reduce(view, message);
}

/** Undefined for a topic this version does not know: a line that a later one has printed. Throws `INVALID_OPTION` for what is no message. */
export function messageOf(item: RunItem): RunMessage | undefined {
  if (!isRunItem(item)) invalidOption("source", "made of events, or of messages with their topics", item);
  if (!("topic" in item)) return { topic: "event", message: item };
  switch (item.topic) {
    case "event":
      return { topic: "event", message: item };
    case "waiting":
      return { topic: "waiting", message: item };
    case "recovered":
      return { topic: "recovered", message: item };
    case "log":
      return { topic: "log", message: item };
    case "group":
      return { topic: "group", message: item };
    case "checkpoint":
      return { topic: "checkpoint", message: item };
    case "interrupt":
      return { topic: "interrupt", message: item };
    default:
      return undefined;
  }
}
