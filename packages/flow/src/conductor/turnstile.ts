import type { FlowGraph } from "../definition/flow-graph.ts";

/**
 * Knows which parts of a flow are over: those that are idle, to which nothing more can come, and which nothing that waits in them sets
 * going again. Completion is counted, never guessed.
 */
export class Turnstile {
  readonly #graph: FlowGraph;
  /** Activations that are queued or at work, by component. */
  readonly #busy: number[];
  readonly #over: boolean[];
  #left: number;
  /** Something has become idle since it was last asked. */
  #stirred = true;

  constructor(graph: FlowGraph) {
    this.#graph = graph;
    this.#busy = graph.components.map(() => 0);
    this.#over = graph.components.map(() => false);
    this.#left = graph.components.length;
  }

  get over(): boolean {
    return this.#left === 0;
  }

  enter(routine: string): void {
    this.#count(routine, 1);
  }

  leave(routine: string): void {
    this.#count(routine, -1);
  }

  /**
   * Closes what nothing more can come to: `close` completes what waits in a routine, and says whether that made activations. True
   * if some were made.
   */
  advance(close: (routine: string) => boolean): boolean {
    if (!this.#stirred) return false;
    this.#stirred = false;
    for (const [position, { routines, before }] of this.#graph.components.entries()) {
      if (this.#over[position] === true || this.#busy[position] !== 0 || before.some((other) => this.#over[other] !== true)) continue;
      // In a cycle one may set the others going: one at a time.
      if (routines.some(close)) {
        this.#stirred = true;
        return true;
      }
      this.#over[position] = true;
      this.#left -= 1;
    }
    return false;
  }

  #count(routine: string, by: number): void {
    const position = this.#graph.componentOf.get(routine) ?? 0;
    const busy = (this.#busy[position] ?? 0) + by;
    this.#busy[position] = busy;
    if (busy === 0) this.#stirred = true;
  }
}
