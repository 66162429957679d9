import type { EventFeed, StreamItem } from "@reprise/core";
import { checkStream } from "./check.ts";
import { plainJson } from "./plain-json.ts";
import { shownItem } from "./shown.ts";
import { defaultSystem } from "./system.ts";
import { textStream } from "./text-stream.ts";
import type { EventTextOptions } from "./to-server-sent-events.ts";

/** Events as JSON, one in each line: the same objects that server-sent events carry, and nothing else. Throws `INVALID_OPTION`. */
export function toJsonLines(feed: EventFeed<StreamItem>, options: EventTextOptions = {}): ReadableStream<Uint8Array> {
  checkStream(feed, options);
  const { values = false } = options;
  return textStream(feed, { item: (item) => `${plainJson(shownItem(item, values))}\n` }, defaultSystem());
}
