import { createReprise, type Reprise, type RepriseOptions } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { virtualSystem, type VirtualSystem } from "@reprise/testing";
import { output, routine, slot, type ErrorHandlerOptions, type JobOutcome } from "../../src/index.ts";

/** A Reprise with a clock that belongs to the test. */
export interface Host {
  readonly reprise: Reprise;
  readonly system: VirtualSystem;
}

export function virtualHost(options: Omit<RepriseOptions, "system"> = {}): Host {
  const system = virtualSystem();
  return { system, reprise: createReprise({ backend: memoryBackend(), ...options, system }) };
}

/** What a routine saw, in order. */
export type Seen = unknown[];

/** A routine that notes what it is given and passes it on. */
export function passing<const Name extends string>(name: Name, seen: Seen = [], settings: { readonly errorHandler?: ErrorHandlerOptions } = {}) {
  return routine({
    name,
    slots: { input: slot() },
    outputs: { output: output() },
    ...settings,
    run: ({ input }) => {
      seen.push(input);
      return input;
    },
  });
}

/** A routine that emits each item of a list. */
export function items<const Name extends string>(name: Name) {
  return routine({
    name,
    slots: { items: slot<readonly unknown[]>() },
    outputs: { item: output() },
    run: ({ items }, { emit }) => {
      for (const item of items) emit("item", item);
    },
  });
}

/** A routine that fails by a plan: attempt by attempt, what it throws, or undefined where it succeeds. The last one repeats. */
export function failing<const Name extends string>(name: Name, plan: (attempt: number) => Error | undefined, calls: Seen = [], settings: { readonly errorHandler?: ErrorHandlerOptions } = {}) {
  return routine({
    name,
    slots: { input: slot() },
    outputs: { output: output() },
    ...settings,
    run: ({ input }, { attempt }) => {
      calls.push(attempt);
      const error = plan(attempt);
      if (error !== undefined) throw error;
      return input;
    },
  });
}

/** An error that is told by its name. */
export function named(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

/** The outputs of a job that completed; throws for any other. */
export function outputsOf<Outputs>(outcome: JobOutcome<Outputs>): Outputs {
  if (outcome.status === "completed") return outcome.outputs;
  throw outcome.status === "failed" ? outcome.error : new Error(`the job is ${outcome.status}`);
}
