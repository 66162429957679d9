import type { RepriseError } from "@reprise/core/spi";

/** What can go wrong: operations of a backend, of its writers, and of its artifacts. */
export type FaultyOperation =
  | "acquire" | "read" | "head" | "list" | "post" | "remove"
  | "append" | "recovered" | "messages" | "acknowledge" | "flush" | "renew" | "compact" | "release"
  | "put" | "get" | "open" | "stat";

/** What is to happen to an operation. */
export type Fault =
  /** Nothing is done, and it is rejected (default: with `IO`). */
  | { readonly kind: "fail"; readonly error?: RepriseError }
  /** Its answer comes `delayMs` later; of appends, those of later ones not before it. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** It is done or not, nobody knows: rejected as indeterminate. Of what is read the beginning is given, if `done`, and then `IO`. */
  | { readonly kind: "tear"; readonly done: boolean }
  /** The process dies in it, and it is done or not: see {@link crashableBackend}. */
  | { readonly kind: "crash"; readonly done: boolean };

/** Faults by operation and by its number, counted from 1 over all runs of the backend. */
export type Faults = Readonly<Partial<Record<FaultyOperation, Readonly<Record<number, Fault>>>>>;

/** A fault that strikes now. */
export interface FaultStrike {
  readonly operation: FaultyOperation;
  readonly number: number;
  readonly fault: Fault;
}
