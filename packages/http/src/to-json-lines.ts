import type { EventFeed, StreamItem } from "@reprise/core";
import type { OptionNames } from "@reprise/core/spi";
import { checkStream } from "./check.ts";
import { plainJson } from "./plain-json.ts";
import { shownItem } from "./shown.ts";
import { defaultSystem } from "./system.ts";
import { textStream } from "./text-stream.ts";
import type { EventTextOptions } from "./to-server-sent-events.ts";

const optionNames: OptionNames<EventTextOptions> = { values: true };

/**
 * Events as JSON, one in each line: the same objects that server-sent events carry, and nothing else. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { toJsonLines } from "@reprise/http";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * await state.close();
 * const text = await new Response(toJsonLines(state.events())).text();
 * console.log(text.trimEnd().split("\n").map((line) => JSON.parse(line).status)); // [ 'started', 'completed' ]
 * ```
 */
export function toJsonLines(feed: EventFeed<StreamItem>, options: EventTextOptions = {}): ReadableStream<Uint8Array> {
  checkStream("toJsonLines", feed, options, optionNames);
  const { values = false } = options;
  return textStream(feed, { item: (item) => `${plainJson(shownItem(item, values))}\n` }, defaultSystem());
}
