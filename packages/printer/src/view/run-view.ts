import type { CallFacts, EventType, ExecutionEvent, GroupNotice, InterruptNotice, Topics } from "@reprise/core/spi";
import type { ErrorSummary } from "./describe-error.ts";

/**
 * A message of a run and the topic it came on. `waiting` is no topic: it says for what a run that was loaded waits, by the
 * event that an earlier process published.
 */
export type RunMessage =
  | { [T in keyof Topics]: { readonly topic: T; readonly message: Topics[T] } }[keyof Topics]
  | { readonly topic: "waiting"; readonly message: ExecutionEvent };

/** Where a call stands. `retrying` waits for its next attempt, `awaiting` for an answer or a time, `interrupted` for the run to be resumed. */
export type CallStatus = CallFacts["status"];

/** What is known of a call. Immutable: a change makes a new one. */
export interface CallView extends CallFacts {
  readonly call: number;
  readonly parent: number | undefined;
  readonly address: string;
  /** The address without its type. */
  readonly scope: string;
  readonly type: EventType;
  /**
   * `ran`: something happened to it. `recovered`: only known to have been reused. `implied`: only known as the parent
   * of others, as an agent that goes on after a restart.
   */
  readonly source: "ran" | "recovered" | "implied";
  /** Codes of the failures of its own, one for each: those that only pass on a child's failure are left out. */
  readonly failures: readonly string[];
  readonly error: ErrorSummary | undefined;
  /** The error says no more than the failed child does. */
  readonly explained: boolean;
  /** How often, and with how much time saved, it was reused. */
  readonly reuses: number;
  readonly savedMs: number;
  readonly inputChanged: boolean;
  readonly versionChanged: boolean;
  /** A fork has given it its value: nothing ran. */
  readonly pinned: boolean;
  /** A later call took its address: the parent began anew. */
  readonly replaced: boolean;
  /** What a wait shows to whoever answers, decoded anew at each call; undefined if nothing. */
  readonly prompt: (() => unknown) | undefined;
  readonly group: { readonly size: number; readonly maxWorkers: number | undefined } | undefined;
  readonly progress: GroupNotice | undefined;
  readonly lastSeq: number;
}

/** The parent under which calls without one are listed. */
export const topOfRun = 0;

/**
 * All that is known of a run, built by `reduce` and only changed by it. Whoever feeds it owns it.
 */
export interface RunView {
  stateId: string | undefined;
  readonly calls: Map<number, CallView>;
  /** Calls by parent, `topOfRun` for those without. */
  readonly children: Map<number, number[]>;
  /** The newest call at an address under a parent. */
  readonly newest: Map<string, number>;
  /** The newest call by address. */
  readonly addresses: Map<string, number>;
  /** The newest call that can have children, by scope. */
  readonly scopes: Map<string, number>;
  /** Implied calls whose own parent has not shown up. */
  readonly unplaced: Set<number>;
  /** Times of the first and last message that carries one, in ms since the epoch. */
  firstAt: number | undefined;
  lastAt: number | undefined;
  lastSeq: number;
  checkpoint: { readonly seq: number; readonly status: string } | undefined;
  /** The last interruption. */
  interrupt: InterruptNotice | undefined;
  readonly logs: { info: number; warn: number; error: number };
}

/**
 * A view of a run of which nothing is known yet.
 *
 * @example
 * ```ts
 * import { createRunView } from "@reprise/printer";
 *
 * console.log(createRunView().calls.size); // 0
 * ```
 */
export function createRunView(): RunView {
  return {
    stateId: undefined,
    calls: new Map(),
    children: new Map(),
    newest: new Map(),
    addresses: new Map(),
    scopes: new Map(),
    unplaced: new Set(),
    firstAt: undefined,
    lastAt: undefined,
    lastSeq: 0,
    checkpoint: undefined,
    interrupt: undefined,
    logs: { info: 0, warn: 0, error: 0 },
  };
}

/** Is this a call that does work itself, and not one that calls others? */
export function isLeaf(call: CallView): boolean {
  return call.type !== "agent_call" && call.type !== "group" && call.type !== "branch";
}

/** Is this a wait or a sleep? Nothing works in it, so it is not counted. */
export function isPause(call: CallView): boolean {
  return call.type === "wait_call" || call.type === "sleep_call";
}

/** Is it under way? What was interrupted neither has ended nor goes on. */
export function isOpen({ status }: CallView): boolean {
  return status === "running" || status === "retrying" || status === "awaiting";
}

/** The calls directly below one (`topOfRun` for the first level), in the order in which they were first issued. */
export function childrenOf(view: RunView, parent: number): readonly CallView[] {
  const numbers = view.children.get(parent) ?? [];
  return numbers
    .toSorted((a, b) => a - b)
    .map((number) => view.calls.get(number))
    .filter((call) => call !== undefined);
}

/** The call around one, undefined at the top. */
export function parentOf(view: RunView, call: CallView | undefined): CallView | undefined {
  return call?.parent === undefined ? undefined : view.calls.get(call.parent);
}

/** The calls around one, innermost first. */
export function ancestorsOf(view: RunView, call: CallView): readonly CallView[] {
  const ancestors: CallView[] = [];
  for (let next = parentOf(view, call); next !== undefined; next = parentOf(view, next)) ancestors.push(next);
  return ancestors;
}
