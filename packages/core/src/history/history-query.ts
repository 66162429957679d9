import { parseAddress } from "../address/address.ts";
import { checkObject, checkTime, invalid } from "../errors/invalid.ts";
import { EventType, ExecutionStatus } from "../events/event-type.ts";
import type { ExecutionEvent } from "../events/execution-event.ts";
import type { CallSummary } from "./history.ts";

/** Which calls of a history are asked for. Every filter that is given must hold. */
export interface HistoryQuery {
  /** One of these; `"started"` is a call that is open. */
  readonly status?: ExecutionStatus | readonly ExecutionStatus[];
  /** Name of the actor or group, or one of these. */
  readonly actor?: string | readonly string[];
  /** One of these types. */
  readonly type?: EventType | readonly EventType[];
  /**
   * The call with this address or path and everything below it, by whole segments: `"research"` takes `research::agent_call`
   * and `research::fetch[doc-7]::tool_call`, but nothing of `research#2` or `researcher`.
   */
  readonly under?: string;
  /** Calls that first started, and events that happened, at or after this time, in ms since the epoch. */
  readonly since?: number;
  /** And before this time, in ms since the epoch. */
  readonly until?: number;
  /** At most this many, the first ones. */
  readonly limit?: number;
}

/** Which calls of a history are asked for, and how they are shown. */
export interface CallQuery extends HistoryQuery {
  /** As watchers see them: without what `redact` of the Reprise hides. Default: false, as they are recorded. */
  readonly redacted?: boolean;
}

/** Which events of a history are asked for. */
export interface EventQuery extends HistoryQuery {
  /** Seq of the first event. Default: 1. */
  readonly from?: number;
  /** `"all"` gives also the events that a rewind has hidden. Default: `"present"`. */
  readonly timeline?: "present" | "all";
}

type Queried = Pick<CallSummary, "status" | "name" | "type" | "address">;

/** The calls that a query asks for, in their order. Throws `INVALID_OPTION`, naming the option. */
export function queryCalls<Call extends Queried & Pick<CallSummary, "startedAt">>(calls: Iterable<Call>, query: HistoryQuery): Call[] {
  return taken(calls, query, (call) => call.startedAt);
}

/** The events that a query asks for, in their order. Throws `INVALID_OPTION`, naming the option. */
export function queryEvents<Event extends Queried & Pick<ExecutionEvent, "at" | "seq">>(events: Iterable<Event>, query: EventQuery): Event[] {
  checkObject("query", query);
  const { from = 1, ...rest } = query;
  if (!(Number.isSafeInteger(from) && from >= 1)) invalid("from", "a seq: a whole number from 1", from);
  return taken(events, rest, (event) => event.at, (event) => event.seq >= from);
}

const filters = ["status", "actor", "type", "under", "since", "until", "limit"];

function taken<Item extends Queried>(items: Iterable<Item>, query: HistoryQuery, timeOf: (item: Item) => number, also?: (item: Item) => boolean): Item[] {
  checkObject("query", query);
  const unknown = Object.keys(query).find((name) => !filters.includes(name));
  if (unknown !== undefined) invalid(unknown, `left out: a query is made of ${filters.join(", ")}`, query[unknown as keyof HistoryQuery]);
  const { since, until, limit = Infinity } = query;
  const statuses = oneOrMany("status", query.status, Object.values(ExecutionStatus));
  const types = oneOrMany("type", query.type, Object.values(EventType));
  const actors = oneOrMany("actor", query.actor);
  const below = query.under === undefined ? undefined : belowPath(query.under);
  checkTime("since", since);
  checkTime("until", until);
  if (limit !== Infinity && !(Number.isSafeInteger(limit) && limit >= 1)) invalid("limit", "a whole number from 1", limit);
  const found: Item[] = [];
  for (const item of items) {
    if (found.length >= limit) break;
    if (statuses?.has(item.status) === false || types?.has(item.type) === false || actors?.has(item.name) === false) continue;
    if (below?.(item.address) === false || also?.(item) === false) continue;
    const time = timeOf(item);
    if (time >= (since ?? -Infinity) && time < (until ?? Infinity)) found.push(item);
  }
  return found;
}

function oneOrMany(option: string, value: string | readonly string[] | undefined, allowed?: readonly string[]): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const item of list) {
    if (typeof item !== "string") invalid(option, "a string, or a list of strings", value);
    if (allowed?.includes(item) === false) invalid(option, `one of ${allowed.map((choice) => JSON.stringify(choice)).join(", ")}, or a list of these`, value);
  }
  return new Set(list as readonly string[]);
}

const types: readonly string[] = Object.values(EventType);

/** Is an address that of the path's call, or of one below it? Keys are encoded, so `::` and `{` only stand where a segment ends. */
function belowPath(under: unknown): (address: string) => boolean {
  const path = pathOf(under);
  return (address) => {
    if (!address.startsWith(path)) return false;
    const rest = address.slice(path.length);
    return rest.startsWith("::") || rest.startsWith("{");
  };
}

function pathOf(under: unknown): string {
  const rule = 'an address or the path of one, such as "research::fetch[doc-7]"';
  if (typeof under !== "string") invalid("under", rule, under);
  const typeAt = under.lastIndexOf("::");
  const path = typeAt > 0 && types.includes(under.slice(typeAt + 2)) ? under.slice(0, typeAt) : under;
  try {
    for (const segment of path.split("::")) parseAddress(`${segment}::${EventType.AGENT_CALL}`);
  } catch {
    invalid("under", rule, under);
  }
  return path;
}
