import { agent, llm, tool, type Actor, type AgentContext, type LeafContext } from "@reprise/core";
import { retryOf, type ErrorHandler } from "../error-handler.ts";
import type { Slot } from "../ends/slot.ts";
import { shown } from "../invalid-definition.ts";
import type { ActivationInput, ActivationResult } from "./activation.ts";
import { checkedValue, whenAll } from "./checked-value.ts";
import { agentRoutineContext, leafRoutineContext, type Emitter } from "./routine-context.ts";
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
  if (type === "agent") return agent({ ...settings, run: (input: ActivationInput, context: AgentContext) => activate(placed, input, context.address, (own) => agentRoutineContext(context, own)) });
  const leaf = { ...settings, ...(!repeatable && { repeatable }), run: (input: ActivationInput, context: LeafContext) => activate(placed, input, context.address, (own) => leafRoutineContext(context, own)) };
  return type === "llm" ? llm(leaf) : tool(leaf);
}

/** Runs a routine once: slots through their schemas, the handler, what it emitted through the schemas of the outputs. */
function activate({ routine, config }: PlacedRoutine, { given }: ActivationInput, address: string, contextWith: (own: Emitter<never, unknown>) => unknown): ActivationResult | Promise<ActivationResult> {
  const emitted: [string, unknown][] = [];
  const emit = (name: string, value: unknown): void => {
    if (!routine.outputs.has(name)) throw new TypeError(`${address} has no output ${shown(name)} (outputs: ${[...routine.outputs.keys()].join(", ") || "none"})`);
    emitted.push([name, value]);
  };
  const names = [...routine.slots.keys()];
  const values = names.map((name) => (name in given ? slotValue(routine.slots.get(name) as Slot<never, unknown>, given[name], { address, what: "input", path: `.${name}` }) : undefined));
  const finish = (returned: unknown): ActivationResult | Promise<ActivationResult> => {
    if (returned !== undefined) emit(onlyOutput(routine, address), returned);
    const delivered = emitted.map(([name, value], index) => checkedValue(routine.outputs.get(name)?.schema, value, { address, what: "output", path: `.${name}[${index}]` }));
    return whenAll(delivered, (all) => ({ emitted: all.map((value, index) => [emitted[index]?.[0] ?? "", value] as const) }));
  };
  return whenAll(values, (ready) => {
    const handler = routine.run as (given: unknown, context: unknown) => unknown;
    const returned = handler(Object.fromEntries(names.map((name, index) => [name, ready[index]])), contextWith({ emit, config }));
    return returned instanceof Promise ? returned.then(finish) : finish(returned);
  });
}

/** Lists are checked one by one, a merged value as a whole. */
function slotValue({ schema, mode }: Slot<never, unknown>, value: unknown, place: { readonly address: string; readonly what: "input"; readonly path: string }): unknown {
  if (schema === undefined) return value;
  if (mode.kind === "override" || mode.kind === "merge" || !Array.isArray(value)) return checkedValue(schema, value, place);
  return whenAll(value.map((item, index) => checkedValue(schema, item, { ...place, path: `${place.path}[${index}]` })), (items) => [...items]);
}

function onlyOutput({ outputs, name }: Routine, address: string): string {
  const [only, ...others] = outputs.keys();
  if (only !== undefined && others.length === 0) return only;
  throw new TypeError(`${address} gave a value, which only a routine with one output can: "${name}" has ${outputs.size}; use emit`);
}
