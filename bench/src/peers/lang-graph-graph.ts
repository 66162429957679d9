import type { Opener } from "../contestant.ts";
import type { CallResult } from "../work.ts";
import { loadSaver, type SaverKind } from "./lang-graph-saver.ts";
import { loadPeer } from "./load-peer.ts";

interface SequenceState {
  readonly calls: number;
  readonly next: number;
  readonly sum: number;
  readonly last?: CallResult;
}
interface FanState {
  readonly calls: number;
  readonly index: number;
  readonly results: readonly CallResult[];
}
interface Config {
  readonly configurable: { readonly thread_id: string };
  readonly durability: "sync";
  readonly recursionLimit: number;
}
interface Compiled<State> {
  invoke(input: Partial<State> | null, config: Config): Promise<State>;
}
interface StateGraph<State> {
  addNode(name: string, node: (state: State) => Promise<Partial<State>>): StateGraph<State>;
  addEdge(from: string, to: string): StateGraph<State>;
  addConditionalEdges(from: string, route: (state: State) => unknown): StateGraph<State>;
  compile(options: { readonly checkpointer: unknown }): Compiled<State>;
}
interface Reducer<Value> {
  readonly reducer: (before: Value, update: Value) => Value;
  readonly default: () => Value;
}
interface LangGraph {
  readonly Annotation: { Root(channels: object): unknown } & ((reducer?: Reducer<readonly CallResult[]>) => unknown);
  readonly StateGraph: new <State>(annotation: unknown) => StateGraph<State>;
  readonly Send: new (node: string, state: Partial<FanState>) => unknown;
  readonly START: string;
  readonly END: string;
}

/**
 * LangGraph's graph API: one node that is its own successor. The state holds the latest result only: one that holds them all stores
 * all of them anew at each step.
 */
export async function langGraphGraph(kind: SaverKind): Promise<Opener> {
  const langGraph = await loadPeer<LangGraph>("@langchain/langgraph");
  const openSaver = await loadSaver(kind);
  return async ({ directory, work }) => {
    const { checkpointer, close } = openSaver(directory);
    const sequence = sequenceGraph(langGraph, work.perform).compile({ checkpointer });
    const fanOut = fanOutGraph(langGraph, work.perform).compile({ checkpointer });
    const configOf = (id: string, calls: number): Config => ({ configurable: { thread_id: id }, durability: "sync", recursionLimit: calls + 10 });
    return {
      sequence: async (id, calls) => (await sequence.invoke({ calls, next: 0, sum: 0 }, configOf(id, calls))).sum,
      fanOut: async (id, calls) => (await fanOut.invoke({ calls }, configOf(id, calls))).results.reduce((sum, { i }) => sum + i, 0),
      resume: async (id, calls) => (await sequence.invoke(null, configOf(id, calls))).sum,
      close: async () => close(),
    };
  };
}

function sequenceGraph({ Annotation, StateGraph, START, END }: LangGraph, perform: (index: number) => Promise<CallResult>): StateGraph<SequenceState> {
  const annotation = Annotation.Root({ calls: Annotation(), next: Annotation(), sum: Annotation(), last: Annotation() });
  return new StateGraph<SequenceState>(annotation)
    .addNode("step", async ({ next, sum }) => {
      const last = await perform(next);
      return { next: next + 1, sum: sum + last.i, last };
    })
    .addEdge(START, "step")
    .addConditionalEdges("step", ({ next, calls }) => (next < calls ? "step" : END));
}

function fanOutGraph({ Annotation, StateGraph, Send, START, END }: LangGraph, perform: (index: number) => Promise<CallResult>): StateGraph<FanState> {
  const results = Annotation({ reducer: (before, update) => before.concat(update), default: () => [] });
  return new StateGraph<FanState>(Annotation.Root({ calls: Annotation(), index: Annotation(), results }))
    .addNode("step", async ({ index }) => ({ results: [await perform(index)] }))
    .addConditionalEdges(START, ({ calls }) => Array.from({ length: calls }, (_, index) => new Send("step", { index })))
    .addEdge("step", END);
}
