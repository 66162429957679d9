import { agent, llm, ScopeClosedError, tool, type Actor, type AgentContext, type LeafContext } from "@reprise/core";
import { isThenable } from "@reprise/core/spi";
import { retryOf, type ErrorHandler } from "../error-handler.ts";
import type { Slot } from "../ends/slot.ts";
import { shown } from "../invalid-definition.ts";
import { bareSlot, consumed, type ActivationInput, type ActivationResult } from "./activation.ts";
import { checkedValue, whenAll } from "./checked-value.ts";
import { agentRoutineContext, LeafRoutineContext, type Emitter } from "./routine-context.ts";
import type { Routine } from "./routine.ts";

/** A routine as a flow has it: under an id, configured, with the handler that counts for it. */
export interface PlacedRoutine {
  readonly id: string;
  readonly routine: Routine;
  /** As the flow gives it: plain data. */
  readonly configGiven: unknown;
  /** As the schema makes it of that. */
  readonly config: unknown;
  readonly handler: ErrorHandler;
}

/** The actor that a routine's activations are calls of. */
export function activationActor(placed: PlacedRoutine): Actor<ActivationInput, ActivationResult> {
  const { id, routine, handler } = placed;
  const { version, repeatable, attemptTimeoutMs, timeoutMs, type } = routine;
  const settings = {
    name: id,
    retry: retryOf(handler),
    // What a flow gives an activation is decided by its deliveries: another input under the same key belongs to another history.
    onInputChange: "rerun" as const,
    ...(version !== undefined && { version }),
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  const work = new RoutineWork(placed);
  if (type === "agent") return agent({ ...settings, run: (input: ActivationInput, context: AgentContext) => work.run(input, context, agentRoutineContext) });
  const leaf = { ...settings, ...(!repeatable && { repeatable }), run: (input: ActivationInput, context: LeafContext) => work.run(input, context, leafRoutineContext) };
  return type === "llm" ? llm(leaf) : tool(leaf);
}

const leafRoutineContext = (context: LeafContext, emit: Emitter<never, unknown>["emit"], config: unknown): unknown => new LeafRoutineContext(context, emit, config);

/** Runs a routine once per call: slots through their schemas, the handler, what it emitted through the schemas of the outputs. */
class RoutineWork {
  readonly #routine: Routine;
  readonly #config: unknown;
  /** Slots and outputs that a schema checks: mostly none. */
  readonly #checkedSlots: readonly (readonly [string, Slot<never, unknown>])[];
  readonly #checksOutputs: boolean;
  readonly #bare: string | undefined;
  /** The output that needs no name. */
  readonly #only: string | undefined;

  constructor({ routine, config }: PlacedRoutine) {
    this.#routine = routine;
    this.#bare = bareSlot(routine.slots);
    this.#only = onlyOutput(routine);
    this.#config = config;
    this.#checkedSlots = [...routine.slots].filter(([, { schema }]) => schema !== undefined);
    this.#checksOutputs = [...routine.outputs.values()].some(({ schema }) => schema !== undefined);
  }

  run<Context extends { readonly address: string }>(input: ActivationInput, context: Context, contextWith: (context: Context, emit: Emitter<never, unknown>["emit"], config: unknown) => unknown): ActivationResult | Promise<ActivationResult> {
    const emitted: unknown[] = [];
    let ended = false;
    const emit = (name: string, value: unknown): void => {
      // What is emitted from here on would be delivered, for core hands on the very list, and be in no record: a resumed job would be without it.
      if (ended) throw new ScopeClosedError(context.address);
      if (!this.#routine.outputs.has(name)) throw new TypeError(`${context.address} has no output ${shown(name)} (outputs: ${[...this.#routine.outputs.keys()].join(", ") || "none"})`);
      if (this.#only === undefined) emitted.push(name, value);
      else emitted.push(value);
    };
    const finish = (returned: unknown): ActivationResult | Promise<ActivationResult> => {
      if (returned !== undefined) emit(this.#only ?? this.#unnamed(context.address), returned);
      ended = true;
      return this.#checksOutputs ? this.#checkedEmissions(emitted, context.address) : emitted;
    };
    const handle = (given: object): ActivationResult | Promise<ActivationResult> => {
      const handler = this.#routine.run as (given: object, context: unknown) => unknown;
      const returned = handler(given, contextWith(context, emit, this.#config));
      return isThenable(returned) ? Promise.resolve(returned).then(finish) : finish(returned);
    };
    // The input is the handler's own copy.
    const given = this.#bare === undefined ? withoutConsumed((input ?? {}) as BySlot) : { [this.#bare]: input };
    return this.#checkedSlots.length === 0 ? handle(given) : this.#checkedGiven(given, context.address, handle);
  }

  #checkedGiven(given: BySlot, address: string, handle: (given: object) => ActivationResult | Promise<ActivationResult>): ActivationResult | Promise<ActivationResult> {
    const filled = this.#checkedSlots.filter(([name]) => name in given);
    const values = filled.map(([name, slot]) => slotValue(slot, given[name], { address, what: "input", path: `.${name}` }));
    return whenAll(values, (ready) => handle({ ...given, ...Object.fromEntries(filled.map(([name], index) => [name, ready[index]])) }));
  }

  #checkedEmissions(emitted: readonly unknown[], address: string): ActivationResult | Promise<ActivationResult> {
    const all = emitted.map((item, index) => {
      if (this.#only === undefined && index % 2 === 0) return item;
      const name = this.#only ?? (emitted[index - 1] as string);
      const position = this.#only === undefined ? (index - 1) / 2 : index;
      return checkedValue(this.#routine.outputs.get(name)?.schema, item, { address, what: "output", path: `.${name}[${position}]` });
    });
    return whenAll(all, (values) => values);
  }

  #unnamed(address: string): never {
    throw new TypeError(`${address} gave a value, which only a routine with one output can: "${this.#routine.name}" has ${this.#routine.outputs.size}; use emit`);
  }
}

/** Lists are checked one by one, a merged value as a whole. */
function slotValue({ schema, mode }: Slot<never, unknown>, value: unknown, place: { readonly address: string; readonly what: "input"; readonly path: string }): unknown {
  if (mode.kind === "override" || mode.kind === "merge" || !Array.isArray(value)) return checkedValue(schema, value, place);
  return whenAll(value.map((item, index) => checkedValue(schema, item, { ...place, path: `${place.path}[${index}]` })), (items) => [...items]);
}

type BySlot = { readonly [slot: string]: unknown };

function withoutConsumed(input: BySlot): BySlot {
  return consumed in input ? Object.fromEntries(Object.entries(input).filter(([name]) => name !== consumed)) : input;
}

/** The name of the output, where there is just one. */
function onlyOutput({ outputs }: Routine): string | undefined {
  const [only, ...others] = outputs.keys();
  return others.length === 0 ? only : undefined;
}
