import type { Opener } from "../contestant.ts";
import { many, oneByOne, together } from "../baselines/loops.ts";
import { loadPeer } from "./load-peer.ts";

interface PRetry {
  readonly default: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** Each call wrapped with default options: retries, and no record. */
export async function pRetry(): Promise<Opener> {
  const { default: retry } = await loadPeer<PRetry>("p-retry");
  return async ({ work }) => {
    const call = (index: number) => retry(() => work.perform(index));
    return {
      sequence: (_id, calls) => oneByOne(calls, call),
      fanOut: (_id, calls) => together(calls, call),
      manyRuns: (runs, calls) => many(runs, () => oneByOne(calls, call)),
      close: async () => undefined,
    };
  };
}
