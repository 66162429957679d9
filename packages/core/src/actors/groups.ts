import type { Actor } from "./actor.ts";
import type { AgentContext } from "./context.ts";

/** One position of a group's result. */
export type BranchOutcome<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly error: Error };

/**
 * What a stream yields of a branch. `key` is what `key` of a `map`, or the object of `parallel`, calls it; undefined where
 * branches go by position.
 */
export type StreamedOutcome<Output, Index extends number = number, Key extends string | undefined = string | undefined> = BranchOutcome<Output> & {
  /** Its position in the group. */
  readonly index: Index;
  readonly key: Key;
};

/** A group that has begun: the promise of its results, and a stream of its outcomes. */
export interface Group<Results, Outcome> extends Promise<Results> {
  /**
   * Yields each branch that completes or fails, in the order in which they end; after a resume those that had ended come again,
   * in the same order. Ends with the group; throws where it ran out of time (`GroupTimeoutError`), was cancelled, or the run was stopped. A loop that
   * is left early (`break`, `return`, `throw`) ends the group: what is open is aborted and recorded as cancelled.
   *
   * @example
   * ```ts
   * import { agent, createReprise, tool } from "@reprise/core";
   *
   * const measure = tool({ name: "measure", run: (word: string) => word.length });
   * const measureAll = agent({
   *   name: "measure_all",
   *   run: async (words: readonly string[], context) => {
   *     let characters = 0;
   *     for await (const outcome of context.map("words", words, measure).stream()) {
   *       if (outcome.ok) characters += outcome.value;
   *     }
   *     return characters;
   *   },
   * });
   * const outcome = await createReprise().execute(measureAll, ["one", "three"]);
   * console.log(outcome.status === "completed" && outcome.value); // 8
   * ```
   */
  stream(): AsyncIterableIterator<Outcome, undefined>;
}

/** Options of `parallel`, and of `map`. */
export interface GroupOptions {
  /** How many branches may run at once. Default: 5. */
  readonly maxWorkers?: number;
  /**
   * `"fail_slow"` (default) lets all branches end and rejects with a `GroupFailedError` that carries every outcome;
   * `"fail_fast"` aborts the others at the first failure.
   */
  readonly errors?: "fail_slow" | "fail_fast";
  /**
   * Limit of the whole group, in ms from its begin; kept across restarts. Rejects with a `GroupTimeoutError` that carries the outcomes there
   * are, and aborts the other branches. Default: none.
   */
  readonly timeoutMs?: number;
}

/** Options of `map`. */
export interface MapOptions<Item> extends GroupOptions {
  /** Names each branch, so that it keeps its record when items are inserted, removed or reordered. Must be unique. Default: the position. */
  readonly key?: (item: Item, index: number) => string;
}

/** What each branch of a `map` does with its item: an actor, or a function that gets a context of its own. */
export type MapWork<Item, Output> = Actor<Item, Output> | ((item: Item, context: AgentContext) => Output | Promise<Output>);

/** One branch of `parallel`: a function that gets a context of its own. */
export type ParallelTask = (context: AgentContext) => unknown;

/** The branches of `parallel`: an array, or an object that names them. */
export type ParallelTasks = readonly ParallelTask[] | { readonly [name: string]: ParallelTask };

/** What `parallel` gives for its tasks: a tuple for an array, else an object with the same names. */
export type ParallelResults<Tasks extends ParallelTasks> = { -readonly [P in keyof Tasks]: Tasks[P] extends ParallelTask ? Awaited<ReturnType<Tasks[P]>> : never };

/** What the stream of `parallel` yields: for an object of tasks, the key tells the type of the value. */
export type ParallelOutcome<Tasks extends ParallelTasks> = Tasks extends readonly ParallelTask[]
  ? { [P in keyof Tasks]: StreamedOutcome<ParallelResults<Tasks>[P], P extends `${infer Index extends number}` ? Index : number, undefined> }[number]
  : { [P in keyof Tasks]: StreamedOutcome<ParallelResults<Tasks>[P], number, P & string> }[keyof Tasks];
