import type { AgentContext, LeafContext } from "@reprise/core";
import type { EmittedTo, OutputDeclarations } from "../ends/end-types.ts";

/** What every routine gets beside what it is given. */
export interface Emitter<Outputs extends OutputDeclarations, Config> {
  /**
   * Sends a value on. It leaves with the activation's record, when the routine has ended well: what a failed attempt emitted is
   * dropped, and a crash neither loses nor repeats it. Throws `SCOPE_CLOSED` once the routine has ended.
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
export class LeafRoutineContext implements RoutineContext<never> {
  readonly emit: Emitter<never, unknown>["emit"];
  readonly config: unknown;
  readonly attempt: number;
  readonly log: LeafContext["log"];
  readonly #context: LeafContext;

  constructor(context: LeafContext, emit: Emitter<never, unknown>["emit"], config: unknown) {
    this.emit = emit;
    this.config = config;
    this.attempt = context.attempt;
    this.log = context.log;
    this.#context = context;
  }

  get address(): string {
    return this.#context.address;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get idempotencyKey(): string {
    return this.#context.idempotencyKey;
  }

  get storage(): LeafContext["storage"] {
    return this.#context.storage;
  }

  get artifacts(): LeafContext["artifacts"] {
    return this.#context.artifacts;
  }
}

/** The same for a routine that makes calls. */
export function agentRoutineContext(context: AgentContext, emit: Emitter<never, unknown>["emit"], config: unknown): AgentRoutineContext<never> {
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(context), ...Object.getOwnPropertyDescriptors({ emit, config }) }) as AgentRoutineContext<never>;
}
