import { tallyOf, type CallTally } from "@reprise/core/spi";
import { childrenOf, isLeaf, isPause, parentOf, type CallView, type RunView } from "./run-view.ts";
import { runStatus } from "./run-status.ts";

/** Calls counted once each; `total = ran + recovered`. */
export interface RunTally extends CallTally {
  /** Something of them happened here. */
  readonly ran: number;
  /** Reused from the record: their handlers did not run. */
  readonly recovered: number;
}

/** What a run came to. Times in ms; shares from 0 to 1, undefined where there is nothing to divide by. */
export interface RunStatistics {
  /** `running`, `completed`, `failed`, `cancelled`, or what the last checkpoint says. */
  readonly status: string;
  /** From the first to the last message with a time. */
  readonly elapsedMs: number | undefined;
  /**
   * Calls that do work themselves: tools, llms, branches without a call inside. A reused agent, group or branch counts
   * as one, for what it did inside is not read again.
   */
  readonly calls: RunTally;
  /** Agents that ran. */
  readonly agents: RunTally;
  /** Calls whose parent began anew; in no tally. */
  readonly replaced: number;
  /** completed / (completed + failed), over calls. */
  readonly successRate: number | undefined;
  /** retriedCalls / ran, over calls. */
  readonly retryRate: number | undefined;
  /** Sum of all attempts of calls. */
  readonly workMs: number;
  /** Sum of all delays that were asked for. */
  readonly backoffMs: number;
  /** workMs / elapsedMs. */
  readonly parallelism: number | undefined;
  /** Recorded time that was not spent again, and by how many reuses. */
  readonly savedMs: number;
  readonly reuses: number;
  /** Failed attempts by error code, most frequent first. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
  /** Calls that ran, longest first. */
  readonly slowest: readonly CallView[];
  readonly logs: { readonly info: number; readonly warn: number; readonly error: number };
}

const slowestShown = 3;

/**
 * Counts a run: calls, not attempts and not events.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { statistics, viewOf } from "@reprise/printer";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * await state.run(double, 21);
 * const { calls, successRate } = statistics(viewOf(state.history.events()));
 * console.log(calls.completed, successRate); // 1 1
 * ```
 */
export function statistics(view: RunView): RunStatistics {
  const all = [...view.calls.values()];
  const current = all.filter((call) => !isReplaced(view, call));
  const counted = current.filter((call) => (isLeaf(call) && !isPause(call)) || isOpaque(view, call) || isBareBranch(view, call));
  const calls = tally(counted);
  const { workMs, backoffMs, successRate } = calls;
  const elapsedMs = view.firstAt === undefined || view.lastAt === undefined ? undefined : view.lastAt - view.firstAt;
  return {
    status: runStatus(view),
    elapsedMs,
    calls,
    agents: tally(current.filter((call) => call.type === "agent_call" && !isOpaque(view, call))),
    replaced: all.length - current.length,
    successRate,
    // What was reused has had its retries elsewhere.
    retryRate: tallyOf(counted.filter((call) => call.source !== "recovered")).retryRate,
    workMs,
    backoffMs,
    parallelism: elapsedMs === undefined ? undefined : share(workMs, elapsedMs),
    savedMs: sum(all, (call) => call.savedMs),
    reuses: sum(all, (call) => call.reuses),
    errors: errorsByCode(all),
    slowest: counted
      .filter((call) => call.source === "ran" && call.spentMs > 0)
      .toSorted((a, b) => b.spentMs - a.spentMs)
      .slice(0, slowestShown),
    logs: { ...view.logs },
  };
}

/** It began anew, or what it is in did. */
function isReplaced(view: RunView, call: CallView): boolean {
  let next: CallView | undefined = call;
  while (next !== undefined && !next.replaced) next = parentOf(view, next);
  return next !== undefined;
}

/** A branch that has ended without a call inside has done the work itself. */
function isBareBranch(view: RunView, call: CallView): boolean {
  return call.type === "branch" && call.status !== "running" && childrenOf(view, call.call).length === 0;
}

/** A reused agent, group or branch brings no news of the calls inside: it stands for them as one. */
function isOpaque(view: RunView, call: CallView): boolean {
  return !isLeaf(call) && call.source === "recovered" && childrenOf(view, call.call).length === 0;
}

function tally(calls: readonly CallView[]): RunTally {
  const recovered = calls.filter((call) => call.source === "recovered").length;
  return { ...tallyOf(calls), ran: calls.length - recovered, recovered };
}

function errorsByCode(calls: readonly CallView[]): RunStatistics["errors"] {
  const counts = new Map<string, number>();
  for (const call of calls) for (const code of call.failures) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).toSorted((a, b) => b.count - a.count);
}

function sum(calls: readonly CallView[], of: (call: CallView) => number): number {
  return calls.reduce((total, call) => total + of(call), 0);
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
