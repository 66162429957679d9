import type { Opener } from "../contestant.ts";
import type { CallResult } from "../work.ts";
import { oneByOne, together } from "../baselines/loops.ts";
import { loadSaver, type SaverKind } from "./lang-graph-saver.ts";
import { loadPeer } from "./load-peer.ts";

interface Entrypoint {
  invoke(input: number | null, config: { readonly configurable: { readonly thread_id: string }; readonly durability: "sync" }): Promise<number>;
}
interface LangGraph {
  task(name: string, work: (index: number) => Promise<CallResult>): (index: number) => Promise<CallResult>;
  entrypoint(options: { readonly name: string; readonly checkpointer: unknown }, run: (calls: number) => Promise<number>): Entrypoint;
}

/** LangGraph's functional API: an entrypoint that calls a task. */
export async function langGraphFunctional(kind: SaverKind): Promise<Opener> {
  const { task, entrypoint } = await loadPeer<LangGraph>("@langchain/langgraph");
  const openSaver = await loadSaver(kind);
  return async ({ directory, work }) => {
    const { checkpointer, close } = openSaver(directory);
    const step = task("step", work.perform);
    const sequence = entrypoint({ name: "sequence", checkpointer }, (calls) => oneByOne(calls, step));
    const fanOut = entrypoint({ name: "fan-out", checkpointer }, (calls) => together(calls, step));
    const configOf = (id: string) => ({ configurable: { thread_id: id }, durability: "sync" }) as const;
    return {
      sequence: (id, calls) => sequence.invoke(calls, configOf(id)),
      fanOut: (id, calls) => fanOut.invoke(calls, configOf(id)),
      // Without a new input it goes on where the thread stands.
      resume: (id) => sequence.invoke(null, configOf(id)),
      close: async () => close(),
    };
  };
}
