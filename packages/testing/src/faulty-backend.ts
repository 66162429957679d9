import type { RepriseError, StateBackend, StateWriter, System } from "@reprise/core/spi";
import { crashableBackend, type CrashableBackend } from "./crashable-backend.ts";
import { faultyWriter } from "./faulty-writer.ts";

/** What is to happen to an append. */
export type AppendFault =
  /** Nothing is written; the append is rejected (default: with `IO`) and the writer is poisoned. */
  | { readonly kind: "fail"; readonly error?: RepriseError }
  /** The acknowledgement comes `delayMs` later, and those of later appends not before it. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** The append is written or not, nobody knows: rejected with an indeterminate `POISONED`, and the writer is poisoned. */
  | { readonly kind: "tear"; readonly written: boolean }
  /** The process dies in the append, which is written or not: see {@link crashableBackend}. */
  | { readonly kind: "crash"; readonly written: boolean };

/** What goes wrong, and when. */
export interface FaultPlan {
  /** By number of the append, counted from 1 over all runs of this backend. */
  readonly appends: Readonly<Record<number, AppendFault>>;
  /** Told of each fault when it strikes, before it does anything. */
  readonly onFault?: (append: number, fault: AppendFault) => void;
  /** The timers of `delay`. Default: those of the runtime. */
  readonly system?: Pick<System, "setTimer">;
}

/** A backend that fails by plan. */
export interface FaultyBackend extends CrashableBackend {
  /** How many appends were asked for so far, those after a crash not counted. */
  readonly appends: number;
}

/**
 * Wraps a backend so that its n-th append fails, is late, loses its acknowledgement or kills the process.
 * As the contract asks, a writer that failed once acknowledges nothing more (G8): its `signal` is aborted, and only a new
 * `acquire` continues.
 *
 * @example
 * ```ts
 * import { faultyBackend } from "@reprise/testing";
 *
 * const disk = faultyBackend(memoryBackend(), { appends: { 3: { kind: "tear", written: true } } });
 * const outcome = await createReprise({ backend: disk }).execute(pipeline, input, { stateId: "run-1" });
 * console.log(outcome.status); // "failed", with code POISONED
 * await createReprise({ backend: disk }).resume(pipeline, "run-1"); // goes on where it was
 * ```
 */
export function faultyBackend(backend: StateBackend, plan: FaultPlan): FaultyBackend {
  const process = crashableBackend(backend);
  const setTimer = plan.system?.setTimer.bind(plan.system) ?? realTimer;
  const innerOf = new WeakMap<StateWriter, StateWriter>();
  let appends = 0;
  return {
    ...process,
    get appends() {
      return appends;
    },
    async acquire(stateId, options) {
      const inner = await process.acquire(stateId, options);
      const writer = faultyWriter(inner, {
        nextFault() {
          appends += 1;
          const fault = plan.appends[appends];
          if (fault) plan.onFault?.(appends, fault);
          return fault;
        },
        setTimer,
        crash: () => void process.crash(),
      });
      innerOf.set(writer, inner);
      return writer;
    },
    remove(stateId, authority) {
      const inner = "writer" in authority ? innerOf.get(authority.writer) : undefined;
      return process.remove(stateId, inner ? { writer: inner } : authority);
    },
  };
}

function realTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
