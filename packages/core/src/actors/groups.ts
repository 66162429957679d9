import type { Actor } from "./actor.ts";
import type { AgentContext } from "./context.ts";

/** One position of a group's result. */
export type BranchOutcome<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly error: Error };

/** Options of `parallel`, and of `map`. */
export interface GroupOptions {
  /** How many branches may run at once. Default: 5. */
  readonly maxWorkers?: number;
  /**
   * `"fail_slow"` (default) lets all branches end and rejects with a `GroupFailedError` that carries every outcome;
   * `"fail_fast"` aborts the others at the first failure.
   */
  readonly errors?: "fail_slow" | "fail_fast";
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
