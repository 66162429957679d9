import type { OptionNames } from "@reprise/core/spi";
import { checkOptions } from "../check-options.ts";
import type { ErrorHandlerOptions } from "../error-handler.ts";
import type { Ends, None } from "../ends/end-types.ts";
import { flowOf, type Flow } from "../flow.ts";
import { invalidDefinition, shown } from "../invalid-definition.ts";
import type { Routine } from "../routine/routine.ts";
import { emptyPlan, withConnection, withEntry, withRoutine, type FlowOptions } from "./extend-plan.ts";
import type { FlowPlan } from "./flow-plan.ts";
import type { CarriedBy, ConnectionArguments, OutputReference, RoutineTypes, SlotReference, TakenBy } from "./flow-types.ts";

/** What `add` may be told of a routine; `config` must be given where the routine's schema has no default for it. */
export type AddOptions<Id extends string, ConfigGiven> = {
  /** Its id in this flow. Default: its name. */
  readonly id?: Id;
  /** Default: the routine's, else the flow's. */
  readonly errorHandler?: ErrorHandlerOptions;
} & (undefined extends ConfigGiven ? { readonly config?: ConfigGiven } : { readonly config: ConfigGiven });

/** The options of `add`, which may be left out unless the routine must be configured. */
export type AddArguments<Id extends string, ConfigGiven> = undefined extends ConfigGiven ? [options?: AddOptions<Id, ConfigGiven>] : [options: AddOptions<Id, ConfigGiven>];

/** How `pipe` finds its way. */
export interface PipeOptions<Output extends string = string, Slot extends string = string> {
  /** Of the routine before. Default: its only output, else `"output"`. */
  readonly output?: Output;
  /** Of the routine that is added. Default: its only slot, else `"input"`. */
  readonly slot?: Slot;
  /** Id of the routine to go on from. Default: the one that was added last. */
  readonly from?: string;
}

/** A flow that is being defined: every method gives a new one. */
export interface FlowBuilder<Routines extends RoutineTypes = None, Entry extends Ends = never> {
  /** Adds a routine; jobs begin with the first one. Throws `INVALID_DEFINITION`. */
  add<Name extends string, Types extends Ends, ConfigGiven = undefined, Id extends string = Name>(
    routine: Routine<Name, Types, ConfigGiven>,
    ...rest: AddArguments<Id, ConfigGiven>
  ): FlowBuilder<Routines & { readonly [Key in Id]: Types }, [Entry] extends [never] ? Types : Entry>;
  /** Lets jobs begin with another routine than the first. */
  entry<Id extends keyof Routines & string>(id: Id): FlowBuilder<Routines, Routines[Id]>;
  /**
   * Joins an output to a slot, `"fetch.page"` to `"parse.page"`. Ends whose types do not fit need a `map`; without one that is a type error, and
   * `INVALID_DEFINITION` where their schemas show it. Each output may lead to many slots, and many outputs to one slot.
   */
  connect<From extends OutputReference<Routines>, To extends SlotReference<Routines>>(from: From, to: To, ...rest: ConnectionArguments<CarriedBy<Routines, From>, TakenBy<Routines, To>>): FlowBuilder<Routines, Entry>;
  /** Adds a routine and joins it to the one before, in a row. Throws `INVALID_DEFINITION`, also where the ends do not fit. */
  pipe<Name extends string, Types extends Ends>(routine: Routine<Name, Types, undefined>, options?: PipeOptions<string, keyof Types["slots"] & string>): FlowBuilder<Routines & { readonly [Key in Name]: Types }, [Entry] extends [never] ? Types : Entry>;
  /** The flow. Throws `INVALID_DEFINITION` for routines that cannot be reached, slots that nothing fills, and cycles without a limit. */
  build(): Flow<Routines, Entry>;
}

/**
 * Begins the definition of a flow: routines joined by connections. Throws `INVALID_DEFINITION`, with the path of the fault.
 *
 * @example
 * ```ts
 * import { defineFlow, output, routine, slot } from "@reprise/flow";
 *
 * const words = routine({ name: "words", slots: { text: slot<string>() }, outputs: { word: output<string>() }, run: ({ text }, { emit }) => {
 *   for (const word of text.split(" ")) emit("word", word);
 * } });
 * const count = routine({ name: "count", slots: { words: slot<string>().all() }, outputs: { total: output<number>() }, run: ({ words }) => words.length });
 *
 * const flow = defineFlow({ id: "word_count" }).add(words).add(count).connect("words.word", "count.words").build();
 * ```
 */
export function defineFlow(options: FlowOptions): FlowBuilder {
  return builderOf(emptyPlan(options)) as unknown as FlowBuilder;
}

interface UntypedBuilder {
  add(routine: Routine, options?: object): UntypedBuilder;
  entry(id: string): UntypedBuilder;
  connect(from: string, to: string, options?: object): UntypedBuilder;
  pipe(routine: Routine, options?: PipeOptions): UntypedBuilder;
  build(): Flow;
}

function builderOf(plan: FlowPlan): UntypedBuilder {
  return Object.freeze({
    add: (routine: Routine, options: object = {}) => builderOf(withRoutine(plan, routine, options)),
    entry: (id: string) => builderOf(withEntry(plan, id)),
    connect: (from: string, to: string, options: object = {}) => builderOf(withConnection(plan, from, to, options)),
    pipe: (routine: Routine, options: PipeOptions = {}) => builderOf(piped(plan, routine, options)),
    build: () => flowOf(plan),
  });
}

const pipeNames: OptionNames<PipeOptions> = { output: true, slot: true, from: true };

function piped(plan: FlowPlan, routine: Routine, options: PipeOptions): FlowPlan {
  checkOptions("pipe", options, pipeNames);
  for (const option of ["output", "slot", "from"] as const) {
    const name: unknown = options[option];
    if (name !== undefined && typeof name !== "string") invalidDefinition(`pipe.${option}`, `must be a string, got ${shown(name)}`);
  }
  const last = options.from ?? [...plan.routines.keys()].at(-1);
  const added = withRoutine(plan, routine);
  if (last === undefined) return added;
  const from = options.output ?? only(plan.routines.get(last)?.routine.outputs.keys()) ?? "output";
  const to = options.slot ?? only(routine.slots.keys()) ?? "input";
  return withConnection(added, `${last}.${from}`, `${routine.name}.${to}`);
}

function only(names: Iterable<string> | undefined): string | undefined {
  const [first, ...others] = names ?? [];
  return others.length === 0 ? first : undefined;
}
