import type { AgentContext, LeafContext } from "@reprise/core";
import type { EmittedTo, OutputDeclarations } from "../ends/end-types.ts";

/** What every routine gets beside what it is given. */
export interface Emitter<Outputs extends OutputDeclarations, Config> {
  /**
   * Sends a value on. It leaves with the activation's record, when the routine has ended well: what a failed attempt emitted is
   * dropped, and a crash neither loses nor repeats it.
   */
  emit<Name extends keyof Outputs & string>(output: Name, value: EmittedTo<Outputs[Name]>): void;
  /** What the flow configured this routine with. */
  readonly config: Config;
}

/** What a routine made by `routine` gets beside what it is given. */
export type RoutineContext<Outputs extends OutputDeclarations = OutputDeclarations, Config = unknown> = LeafContext & Emitter<Outputs, Config>;

/** What a routine made by `agentRoutine` gets beside what it is given. */
export type AgentRoutineContext<Outputs extends OutputDeclarations = OutputDeclarations, Config = unknown> = AgentContext & Emitter<Outputs, Config>;

/** What core gave, with what a routine has besides. Parts that cost something are made when they are first read, as core does. */
export function leafRoutineContext(context: LeafContext, own: Emitter<never, unknown>): RoutineContext<never> {
  return {
    emit: own.emit,
    config: own.config,
    attempt: context.attempt,
    log: context.log,
    get address() {
      return context.address;
    },
    get signal() {
      return context.signal;
    },
    get idempotencyKey() {
      return context.idempotencyKey;
    },
    get storage() {
      return context.storage;
    },
    get artifacts() {
      return context.artifacts;
    },
  };
}

/** The same for a routine that makes calls. */
export function agentRoutineContext(context: AgentContext, own: Emitter<never, unknown>): AgentRoutineContext<never> {
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(context), ...Object.getOwnPropertyDescriptors({ emit: own.emit, config: own.config }) }) as AgentRoutineContext<never>;
}
