import type { RunFeed, Topic, Topics } from "@reprise/core/spi";
import type { RunMessage } from "./run-view.ts";

/**
 * Hands every message of a run to `handler`, with its topic, in the order in which they come; of a run that was loaded, at
 * once and before these, what it waits for. Returns what ends it.
 *
 * @example
 * ```ts
 * import { createRunView, followRun, reduce } from "@reprise/printer";
 * import type { Subscriber } from "@reprise/core/spi";
 *
 * const view = createRunView();
 * const watcher: Subscriber = { attach: (run) => followRun(run, (message) => void reduce(view, message)) };
 * ```
 */
export function followRun(run: RunFeed, handler: (message: RunMessage) => void): () => void {
  if (run.origin.kind === "loaded") for (const message of run.origin.waiting ?? []) handler({ topic: "waiting", message });
  const listen = <T extends Topic>(topic: T, tagged: (message: Topics[T]) => RunMessage): (() => void) =>
    run.on(topic, (message) => handler(tagged(message)));
  const subscriptions = [
    listen("event", (message) => ({ topic: "event", message })),
    listen("recovered", (message) => ({ topic: "recovered", message })),
    listen("log", (message) => ({ topic: "log", message })),
    listen("group", (message) => ({ topic: "group", message })),
    listen("checkpoint", (message) => ({ topic: "checkpoint", message })),
    listen("interrupt", (message) => ({ topic: "interrupt", message })),
  ];
  return () => {
    for (const end of subscriptions) end();
  };
}
