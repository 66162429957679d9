import type { Opener } from "../contestant.ts";
import type { CallResult } from "../work.ts";
import { loadPeer } from "./load-peer.ts";

interface ResonateContext {
  run(work: (context: unknown, index: number) => Promise<CallResult>, index: number): Generator<unknown, CallResult, unknown>;
  beginRun(work: (context: unknown, index: number) => Promise<CallResult>, index: number): Generator<unknown, Generator<unknown, CallResult, unknown>, unknown>;
}
type Workflow = (context: ResonateContext, calls: number) => Generator<unknown, number, unknown>;
interface ResonateModule {
  readonly Resonate: new (options: { readonly logLevel: string }) => {
    register(name: string, workflow: Workflow): { run(id: string, calls: number): Promise<number> };
    stop(): Promise<void>;
  };
}

/** Resonate with its local network, which keeps promises in memory; with generators, the faster of its two ways. */
export async function resonate(): Promise<Opener> {
  const { Resonate } = await loadPeer<ResonateModule>("@resonatehq/sdk");
  return async ({ work }) => {
    const resonate = new Resonate({ logLevel: "error" });
    const step = (_context: unknown, index: number): Promise<CallResult> => work.perform(index);
    const sequence = resonate.register("sequence", function* (context, calls) {
      let sum = 0;
      for (let index = 0; index < calls; index += 1) sum += (yield* context.run(step, index)).i;
      return sum;
    });
    const fanOut = resonate.register("fanOut", function* (context, calls) {
      const begun: Generator<unknown, CallResult, unknown>[] = [];
      for (let index = 0; index < calls; index += 1) begun.push(yield* context.beginRun(step, index));
      let sum = 0;
      for (const future of begun) sum += (yield* future).i;
      return sum;
    });
    return {
      sequence: (id, calls) => sequence.run(id, calls),
      fanOut: (id, calls) => fanOut.run(id, calls),
      close: () => resonate.stop(),
    };
  };
}
