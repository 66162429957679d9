import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkObject, invalid } from "../errors/invalid.ts";
import type { EventType } from "../events/event-type.ts";
import type { ExecutionEvent } from "../events/execution-event.ts";
import { isLeaf } from "../history/call-node.ts";
import type { History } from "../history/history.ts";
import { factsAfter, noFacts, type CallFacts } from "./call-facts.ts";
import { tallyOf, type CallTally } from "./call-tally.ts";

/** One call with what its events add up to. */
export interface CountedCall extends CallFacts {
  /** Seq of its first event. */
  readonly call: number;
  readonly parent: number | undefined;
  readonly address: string;
  readonly type: EventType;
}

/** What a history comes to. Times in ms. */
export interface HistoryStatistics {
  /** Calls that do work themselves: tools, llms, and branches that have ended without a call inside. */
  readonly calls: CallTally;
  readonly agents: CallTally;
  /** Calls whose parent began anew and made a call at their address again, and what is below them; in no tally. */
  readonly replaced: number;
  /** From the first to the last event; undefined without events. Time between processes is in it. */
  readonly elapsedMs: number | undefined;
  /** Of `calls`, those that took longest with their attempts and the delays between them, longest first. */
  readonly slowest: readonly CountedCall[];
}

/** Options of `statisticsOf`. */
export interface StatisticsOptions {
  /** How many of the slowest calls to name. Default: 3. */
  readonly slowest?: number;
}

/**
 * Counts a history, or events of one in their order: calls, not attempts and not events, so that a call which completes with
 * its third attempt is one success with two retries. The same live and restored. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { createReprise, statisticsOf, tool } from "@reprise/core";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * console.log(statisticsOf(state.history).calls.successRate); // 1
 * ```
 */
export function statisticsOf(source: History | Iterable<ExecutionEvent>, options: StatisticsOptions = {}): HistoryStatistics {
  checkKnown(options, { slowest: true } satisfies OptionNames<StatisticsOptions>);
  const { slowest = 3 } = options;
  if (!(Number.isSafeInteger(slowest) && slowest >= 0)) invalid("slowest", "a whole number from 0", slowest);
  const events = eventsIn(source);
  const all = countedCalls(events);
  const replaced = replacedCalls(all);
  const current = [...all.values()].filter((call) => !replaced.has(call.call));
  const parents = new Set(current.map((call) => call.parent));
  // A branch that has ended without a call inside has done the work itself.
  const works = (call: CountedCall): boolean => isLeaf(call.type) || (call.type === "branch" && call.status !== "running" && !parents.has(call.call));
  const calls = current.filter(works);
  const [first] = events;
  return {
    calls: tallyOf(calls),
    agents: tallyOf(current.filter((call) => call.type === "agent_call")),
    replaced: replaced.size,
    elapsedMs: first && (events.at(-1) ?? first).at - first.at,
    slowest: calls.filter((call) => call.spentMs > 0).toSorted((a, b) => b.spentMs - a.spentMs).slice(0, slowest),
  };
}

function eventsIn(source: History | Iterable<ExecutionEvent>): readonly ExecutionEvent[] {
  checkObject("source", source);
  if (Symbol.iterator in source) return [...source];
  if (typeof source.events !== "function") invalid("source", "a history or its events", source);
  return source.events();
}

function countedCalls(events: readonly ExecutionEvent[]): ReadonlyMap<number, CountedCall> {
  const calls = new Map<number, CountedCall>();
  for (const event of events) {
    const { call, parent, address, type } = event;
    calls.set(call, factsAfter(calls.get(call) ?? { ...noFacts, call, parent, address, type }, event));
  }
  return calls;
}

/** Within a parent an address is used again only where an attempt of the parent began without what the one before had made. */
function replacedCalls(calls: ReadonlyMap<number, CountedCall>): ReadonlySet<number> {
  const newest = new Map<string, number>();
  for (const { call, parent, address } of calls.values()) newest.set(`${parent} ${address}`, call);
  const replaced = new Set<number>();
  // In the order of first events, so that a parent comes before what is below it.
  for (const { call, parent, address } of calls.values()) {
    if (newest.get(`${parent} ${address}`) !== call || (parent !== undefined && replaced.has(parent))) replaced.add(call);
  }
  return replaced;
}
