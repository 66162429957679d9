import type { CallPolicy } from "@reprise/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EmittedTo, EndsOf, Ends, Given, OutputDeclarations, SlotDeclarations } from "../ends/end-types.ts";
import type { Output } from "../ends/output.ts";
import type { Slot } from "../ends/slot.ts";
import type { ErrorHandler, ErrorHandlerOptions } from "../error-handler.ts";
import type { AgentRoutineContext, RoutineContext } from "./routine-context.ts";

/** What `routine` and `agentRoutine` take, but for the code. */
export interface RoutineSettings<Name extends string, Slots extends SlotDeclarations, Outputs extends OutputDeclarations, Config, ConfigGiven> extends Pick<CallPolicy, "attemptTimeoutMs" | "timeoutMs"> {
  /** 1 to 64 letters, digits, `_` or `-`: its id in flows, unless `add` gives another, and its name in a registry. */
  readonly name: Name;
  /** What it is given. Default: nothing, so it can only begin a flow. */
  readonly slots?: Slots;
  /** What it emits. Default: nothing. */
  readonly outputs?: Outputs;
  /** Checks what `add` configures it with; a default makes that optional. Must be synchronous. */
  readonly config?: StandardSchemaV1<ConfigGiven, Config>;
  /** Change it when what it does changes: it is part of the definition's hash. Default: none. */
  readonly version?: string;
  /** `false` marks what must not happen twice (rule R11). Default: true. */
  readonly repeatable?: boolean;
  /** Default: the flow's. */
  readonly errorHandler?: ErrorHandlerOptions;
}

/** What a handler may give: with one output, the value to emit there; `undefined` emits nothing. */
export type Returned<Outputs extends OutputDeclarations> = [keyof Outputs] extends [never] ? void : IsUnion<keyof Outputs> extends true ? void : EmittedTo<Outputs[keyof Outputs]> | void;
type IsUnion<All, Each = All> = Each extends All ? ([All] extends [Each] ? false : true) : never;

/** What `routine` takes. */
export interface RoutineDefinition<Name extends string, Slots extends SlotDeclarations, Outputs extends OutputDeclarations, Config, ConfigGiven> extends RoutineSettings<Name, Slots, Outputs, Config, ConfigGiven> {
  /** `"llm"` for calls of a language model: printed and counted as such. Default: `"tool"`. */
  readonly type?: "tool" | "llm";
  readonly run: (given: Given<Slots>, context: RoutineContext<Outputs, Config>) => Returned<Outputs> | Promise<Returned<Outputs>>;
}

/** What `agentRoutine` takes. */
export interface AgentRoutineDefinition<Name extends string, Slots extends SlotDeclarations, Outputs extends OutputDeclarations, Config, ConfigGiven> extends Omit<RoutineSettings<Name, Slots, Outputs, Config, ConfigGiven>, "repeatable"> {
  readonly run: (given: Given<Slots>, context: AgentRoutineContext<Outputs, Config>) => Returned<Outputs> | Promise<Returned<Outputs>>;
}

/** A unit of work with slots and outputs, to be added to flows. Immutable; knows nothing of any flow or job. */
export interface Routine<out Name extends string = string, out Types extends Ends = Ends, in ConfigGiven = never> extends Pick<CallPolicy, "attemptTimeoutMs" | "timeoutMs"> {
  readonly kind: "routine";
  readonly name: Name;
  readonly type: "tool" | "llm" | "agent";
  readonly slots: ReadonlyMap<string, Slot<never, unknown>>;
  readonly outputs: ReadonlyMap<string, Output<never, unknown>>;
  readonly configSchema: StandardSchemaV1 | undefined;
  readonly version: string | undefined;
  readonly repeatable: boolean;
  readonly errorHandler: ErrorHandler | undefined;
  /** The code as the engine calls it; never call it yourself. */
  readonly run: (given: never, context: never) => unknown;
  /** Carries the types; never present. */
  readonly "~types"?: { readonly ends: Types; readonly config: (given: ConfigGiven) => void };
}

/** The routine that a definition makes. */
export type RoutineOf<Name extends string, Slots extends SlotDeclarations, Outputs extends OutputDeclarations, ConfigGiven> = Routine<Name, EndsOf<Slots, Outputs>, ConfigGiven>;
