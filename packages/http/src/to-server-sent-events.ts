import type { EventFeed, StreamItem } from "@reprise/core";
import type { OptionNames } from "@reprise/core/spi";
import { checkDelay, checkStream } from "./check.ts";
import { plainJson } from "./plain-json.ts";
import { shownItem } from "./shown.ts";
import { defaultSystem, type HttpSystem } from "./system.ts";
import { textStream } from "./text-stream.ts";

/** What is written of events. */
export interface EventTextOptions {
  /** Inputs and results, too, and the data of errors. Default: false. Prompts of waits are always written. */
  readonly values?: boolean;
}

/** Options of {@link toServerSentEvents}. */
export interface ServerSentEventsOptions extends EventTextOptions {
  /** A comment is sent every so often, in ms. Default: 15,000. Infinity: never. */
  readonly heartbeatMs?: number;
  /** Timers, for tests. Default: those of the runtime. */
  readonly system?: HttpSystem;
}

const optionNames: OptionNames<ServerSentEventsOptions> = { values: true, heartbeatMs: true, system: true };

/**
 * Events as the body of a `text/event-stream`: each a message with `id:` = its seq and its JSON as data, so that one more than the
 * `Last-Event-ID` of a client that comes again is where it goes on. Cuts are messages `cut`. The last message is `end`, with the status
 * of the run. Ends the stream of events when it is cancelled. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { toServerSentEvents } from "@reprise/http";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * await state.close();
 * console.log(await new Response(toServerSentEvents(state.events())).text());
 * ```
 */
export function toServerSentEvents(feed: EventFeed<StreamItem>, options: ServerSentEventsOptions = {}): ReadableStream<Uint8Array> {
  checkStream("toServerSentEvents", feed, options, optionNames);
  const { values = false, heartbeatMs = 15_000, system = defaultSystem() } = options;
  checkDelay("heartbeatMs", heartbeatMs);
  return textStream(
    feed,
    {
      opening: ": stream-start\n\n",
      item: (item) => `id: ${item.seq}\n${item.status === "cut" ? "event: cut\n" : ""}data: ${plainJson(shownItem(item, values))}\n\n`,
      // Without an id: whoever comes again goes on from the last event.
      closing: (status) => `event: end\ndata: ${plainJson({ status })}\n\n`,
      ...(heartbeatMs !== Infinity && { heartbeat: { text: ": heartbeat\n\n", everyMs: heartbeatMs } }),
    },
    system,
  );
}
