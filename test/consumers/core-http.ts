// Type-checked against the packed declarations, with the types of Node instead of those of a browser.
import { createReprise, type EventFeed, type StreamItem } from "@reprise/core";
import { createHandler, toServerSentEvents, type HandlerOptions } from "@reprise/http";

export const serve = (options: HandlerOptions): ((request: Request) => Promise<Response>) => createHandler(createReprise(), options);
export const follow = (signal: AbortSignal): Response => new Response(toServerSentEvents(createReprise().events("run-1", { until: "end", cuts: true, signal })));
export async function last(feed: EventFeed<StreamItem>): Promise<number> {
  let seq = 0;
  for await (const item of feed) seq = item.status === "cut" ? item.seq : item.call;
  return seq;
}
