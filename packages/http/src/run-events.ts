import type { EventFeed, FollowOptions, Reprise, StateStatus, StreamItem } from "@reprise/core";
import type { HandlerSettings } from "./handler-options.ts";
import { Refusal } from "./refusal.ts";
import { numberIn } from "./run-list.ts";
import { toJsonLines } from "./to-json-lines.ts";
import { toServerSentEvents } from "./to-server-sent-events.ts";

const unchanging = { "cache-control": "no-store, no-transform", "x-accel-buffering": "no", "x-content-type-options": "nosniff" };

/** The events of a run from where the client says on, as server-sent events or lines of JSON. 204 where nothing is left to come: a browser then stops asking. */
export async function runEvents(reprise: Pick<Reprise, "head" | "history" | "events">, stateId: string, request: Request, settings: HandlerSettings): Promise<Response> {
  const form = formOf(request);
  const { from, again, until } = wanted(request);
  const head = await reprise.head(stateId);
  if (head === undefined) throw new Refusal(404, "NOT_FOUND", "there is no such run");
  const given = reporting(reprise.events(stateId, { from, until, cuts: true, signal: request.signal }), (error) => settings.onError(error, request));
  // What is over has its next item at once, if it has one.
  const over = head.status === "completed" || head.status === "failed" || (until === "rest" && head.status !== "running") || (again && (await reprise.history(stateId)).sealed);
  const feed = again && over ? await lookedInto(given) : given;
  if (feed === undefined) return new Response(null, { status: 204, headers: unchanging });
  const { values, heartbeatMs, system } = settings;
  const body = form === "lines" ? toJsonLines(feed, { values }) : toServerSentEvents(feed, { values, heartbeatMs, system });
  return new Response(body, { headers: { ...unchanging, "content-type": form === "lines" ? "application/x-ndjson" : "text/event-stream" } });
}

function formOf(request: Request): "events" | "lines" {
  const accepted = (request.headers.get("accept") ?? "*/*").split(",").map((type) => type.split(";")[0]?.trim().toLowerCase());
  for (const type of accepted) {
    if (type === "application/x-ndjson" || type === "application/jsonl") return "lines";
    if (type === "text/event-stream" || type === "text/*" || type === "*/*") return "events";
  }
  throw new Refusal(406, "NOT_ACCEPTABLE", "events are given as text/event-stream or application/x-ndjson");
}

function wanted(request: Request): { readonly from: number; readonly again: boolean; readonly until: NonNullable<FollowOptions["until"]> } {
  const parameters = new URL(request.url).searchParams;
  for (const name of parameters.keys()) {
    if (name !== "from" && name !== "until") throw new Refusal(400, "INVALID_QUERY", `${name} is none of from, until`);
    if (parameters.getAll(name).length > 1) throw new Refusal(400, "INVALID_QUERY", `${name} is given ${parameters.getAll(name).length} times`);
  }
  const until = parameters.get("until") ?? "end";
  if (until !== "rest" && until !== "end") throw new Refusal(400, "INVALID_QUERY", "until must be rest or end");
  // The header is newer than the address, which a client that comes again repeats.
  const last = request.headers.get("last-event-id");
  if (last !== null && last !== "") return { from: numberIn("Last-Event-ID", last) + 1, again: true, until };
  const from = parameters.get("from");
  return { from: from === null ? 1 : numberIn("from", from), again: false, until };
}

/** The same feed, read once; undefined if nothing comes. */
async function lookedInto(feed: EventFeed<StreamItem>): Promise<EventFeed<StreamItem> | undefined> {
  const iterator = feed[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return undefined;
  const seen = [first];
  const next = async (): Promise<IteratorResult<StreamItem, StateStatus | undefined>> => seen.shift() ?? iterator.next();
  return { [Symbol.asyncIterator]: () => ({ ...iterator, next }) };
}

/** The same feed; what it fails with is told, too. */
function reporting(feed: EventFeed<StreamItem>, report: (error: unknown) => void): EventFeed<StreamItem> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = feed[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            return await iterator.next();
          } catch (error) {
            report(error);
            throw error;
          }
        },
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}
