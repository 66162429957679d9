import { RepriseError, type System } from "@reprise/core/spi";
import type { Fault, Faults, FaultStrike, FaultyOperation } from "./fault.ts";

/** What faults need to strike. */
export interface FaulterContext {
  readonly faults: Faults;
  /** Told of each fault when it strikes, before it does anything. */
  onFault(strike: FaultStrike): void;
  readonly setTimer: System["setTimer"];
  crash(): void;
}

/** Counts operations, and lets happen what is planned for them. */
export class Faulter {
  readonly #context: FaulterContext;
  readonly #counts = new Map<FaultyOperation, number>();

  constructor(context: FaulterContext) {
    this.#context = context;
  }

  get counts(): Readonly<Partial<Record<FaultyOperation, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** Counts one, and gives what is to happen to it. */
  next(operation: FaultyOperation): Fault | undefined {
    const number = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, number);
    const fault = this.#context.faults[operation]?.[number];
    if (fault !== undefined) this.#context.onFault({ operation, number, fault });
    return fault;
  }

  /** The operation, begun before this returns, or what is planned for it; `undo` gives back what nobody gets. */
  async run<Result>(operation: FaultyOperation, work: () => Promise<Result>, undo?: (lost: Result) => Promise<void>): Promise<Result> {
    const fault = this.next(operation);
    switch (fault?.kind) {
      case undefined:
        return work();
      case "fail":
        throw fault.error ?? plannedFault(operation, "nothing was done");
      case "delay": {
        const result = await work();
        await this.later(fault.delayMs);
        return result;
      }
      case "tear":
        if (fault.done) {
          const lost = await work();
          await undo?.(lost);
        }
        throw plannedFault(operation, "the answer was lost", { indeterminate: true });
      case "crash":
        // What was handed over is done, though nobody is left to be told.
        if (fault.done) void work().catch(() => undefined);
        return this.crash();
    }
  }

  /** The same for what is read piece by piece. */
  async *stream<Piece>(operation: FaultyOperation, work: () => AsyncIterable<Piece>): AsyncGenerator<Piece> {
    const fault = this.next(operation);
    if (fault?.kind === "fail") throw fault.error ?? plannedFault(operation, "nothing was read");
    if (fault?.kind === "crash") await this.crash();
    if (fault?.kind === "delay") await this.later(fault.delayMs);
    const torn = fault?.kind === "tear";
    if (!torn || fault.done) {
      for await (const piece of work()) {
        yield piece;
        if (torn) break;
      }
    }
    if (torn) throw plannedFault(operation, "the rest could not be read");
  }

  /** Resolves so much later. */
  later(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#context.setTimer(delayMs, resolve));
  }

  /** Kills the process; of what it gives nobody hears. */
  crash(): Promise<never> {
    this.#context.crash();
    return new Promise(() => undefined);
  }
}

/** The `IO` of an operation that fails by plan. */
export function plannedFault(operation: FaultyOperation, what: string, details: { readonly indeterminate?: boolean; readonly stateId?: string } = {}): RepriseError {
  return new RepriseError("IO", `planned fault of ${operation}: ${what}`, details);
}
