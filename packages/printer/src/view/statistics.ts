import { ancestorsOf, childrenOf, isLeaf, type CallView, type RunView } from "./run-view.ts";
import { runStatus } from "./run-status.ts";

/**
 * Calls counted once each, whatever their number of attempts. For every tally
 * `total = ran + recovered = completed + failed + cancelled + running + retrying`.
 */
export interface CallTally {
  readonly total: number;
  /** Something of them happened here. */
  readonly ran: number;
  /** Reused from the record: their handlers did not run. */
  readonly recovered: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly running: number;
  /** Waiting for their next attempt. */
  readonly retrying: number;
  /** How often a retry was scheduled. */
  readonly retryEvents: number;
  /** How many calls had at least one retry. */
  readonly retriedCalls: number;
  /** How many attempts after a retry have begun. */
  readonly retryAttempts: number;
  /** How many of the retried calls completed. */
  readonly overcome: number;
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
  readonly calls: CallTally;
  /** Agents that ran. */
  readonly agents: CallTally;
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

/** Counts a run: calls, not attempts and not events. */
export function statistics(view: RunView): RunStatistics {
  const all = [...view.calls.values()];
  const current = all.filter((call) => !call.replaced && !ancestorsOf(view, call).some((ancestor) => ancestor.replaced));
  const counted = current.filter((call) => isLeaf(call) || isOpaque(view, call) || isBareBranch(view, call));
  const calls = tally(counted);
  const workMs = sum(counted, (call) => call.workMs);
  const elapsedMs = view.firstAt === undefined || view.lastAt === undefined ? undefined : view.lastAt - view.firstAt;
  return {
    status: runStatus(view),
    elapsedMs,
    calls,
    agents: tally(current.filter((call) => call.type === "agent_call" && !isOpaque(view, call))),
    replaced: all.length - current.length,
    successRate: share(calls.completed, calls.completed + calls.failed),
    retryRate: share(calls.retriedCalls, calls.ran),
    workMs,
    backoffMs: sum(counted, (call) => call.backoffMs),
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

/** A branch that has ended without a call inside has done the work itself. */
function isBareBranch(view: RunView, call: CallView): boolean {
  return call.type === "branch" && call.status !== "running" && childrenOf(view, call.call).length === 0;
}

/** A reused agent, group or branch brings no news of the calls inside: it stands for them as one. */
function isOpaque(view: RunView, call: CallView): boolean {
  return call.source === "recovered" && childrenOf(view, call.call).length === 0;
}

function tally(calls: readonly CallView[]): CallTally {
  const count = (test: (call: CallView) => boolean): number => calls.filter(test).length;
  return {
    total: calls.length,
    ran: count((call) => call.source !== "recovered"),
    recovered: count((call) => call.source === "recovered"),
    completed: count((call) => call.status === "completed"),
    failed: count((call) => call.status === "failed"),
    cancelled: count((call) => call.status === "cancelled"),
    running: count((call) => call.status === "running"),
    retrying: count((call) => call.status === "retrying"),
    retryEvents: sum(calls, (call) => call.retryEvents),
    retriedCalls: count((call) => call.retryEvents > 0),
    retryAttempts: sum(calls, (call) => call.retryAttempts),
    overcome: count((call) => call.retryEvents > 0 && call.status === "completed"),
  };
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
