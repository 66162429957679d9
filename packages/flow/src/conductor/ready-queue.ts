import { Fifo } from "./fifo.ts";
import type { Activation } from "./routine-queue.ts";

/** Code that calls, or a leaf: they are limited apart, because an agent may wait for people and does no work by itself. */
export type Kind = "agent" | "leaf";

interface Waiting {
  readonly order: number;
  readonly activation: Activation;
}

/** Activations that wait for their turn, in the order in which they were formed, and places for those that run. */
export class ReadyQueue {
  readonly #limits: { readonly [Name in Kind]: number };
  readonly #waiting: { readonly [Name in Kind]: Fifo<Waiting> } = { agent: new Fifo(), leaf: new Fifo() };
  readonly #running = { agent: 0, leaf: 0 };
  #formed = 0;

  constructor(limits: { readonly [Name in Kind]: number }) {
    this.#limits = limits;
  }

  push(kind: Kind, activation: Activation): void {
    this.#waiting[kind].push({ order: this.#formed, activation });
    this.#formed += 1;
  }

  /** The next one for which there is a place, which it now has; undefined if there is none. */
  take(): Activation | undefined {
    const agent = this.#next("agent");
    const leaf = this.#next("leaf");
    const kind = agent === undefined || (leaf !== undefined && leaf.order < agent.order) ? "leaf" : "agent";
    if ((kind === "leaf" ? leaf : agent) === undefined) return undefined;
    this.#running[kind] += 1;
    return this.#waiting[kind].shift()?.activation;
  }

  /** One that ran has ended. */
  release(kind: Kind): void {
    this.#running[kind] -= 1;
  }

  #next(kind: Kind): Waiting | undefined {
    return this.#running[kind] < this.#limits[kind] ? this.#waiting[kind].peek() : undefined;
  }
}
