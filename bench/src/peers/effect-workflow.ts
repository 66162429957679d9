import type { Opener } from "../contestant.ts";
import type { CallResult } from "../work.ts";
import { loadPeer } from "./load-peer.ts";

/** An effect, a layer or a schema: nothing here looks into them. */
interface Opaque {
  readonly opaque: unique symbol;
}
/** An effect whose value `yield*` gives. */
interface Yields<Value> extends Opaque {
  [Symbol.iterator](): Iterator<never, Value>;
}

interface EffectModule {
  readonly Effect: {
    promise(work: () => Promise<CallResult>): Opaque;
    gen(body: () => Generator<never, number>): Opaque;
    all(effects: readonly Yields<CallResult>[], options: { readonly concurrency: "unbounded" }): Yields<readonly CallResult[]>;
  };
  readonly Layer: { provideMerge(layer: Opaque, below: Opaque): Opaque; mergeAll(...layers: readonly Opaque[]): Opaque };
  readonly ManagedRuntime: { make(layer: Opaque): { runPromise(effect: Opaque): Promise<number>; dispose(): Promise<void> } };
  readonly Schema: { readonly String: Opaque; readonly Number: Opaque; Struct(fields: Record<string, Opaque>): Opaque };
}
interface Payload {
  readonly id: string;
  readonly calls: number;
}
interface Workflow {
  toLayer(run: (payload: Payload) => Opaque): Opaque;
  execute(payload: Payload): Opaque;
}
interface WorkflowModule {
  readonly Activity: { make(options: { readonly name: string; readonly success: Opaque; readonly execute: Opaque }): Yields<CallResult> };
  readonly Workflow: {
    make(tag: string, options: { readonly payload: Record<keyof Payload, Opaque>; readonly success: Opaque; readonly idempotencyKey: (payload: Payload) => string }): Workflow;
  };
  readonly WorkflowEngine: { readonly layerMemory: Opaque };
}

/** Effect's workflow with its engine in memory: one activity per call, with a schema for its result. */
export async function effectWorkflow(): Promise<Opener> {
  const { Effect, Layer, ManagedRuntime, Schema } = await loadPeer<EffectModule>("effect");
  const { Activity, Workflow, WorkflowEngine } = await loadPeer<WorkflowModule>("effect/workflow");
  const success = Schema.Struct({ i: Schema.Number, text: Schema.String, ts: Schema.Number });
  const options = { payload: { id: Schema.String, calls: Schema.Number }, success: Schema.Number, idempotencyKey: ({ id }: Payload) => id };
  const sequence = Workflow.make("Sequence", options);
  const fanOut = Workflow.make("FanOut", options);

  return async ({ work }) => {
    const step = (index: number): Yields<CallResult> => Activity.make({ name: `step-${index}`, success, execute: Effect.promise(() => work.perform(index)) });
    const sequenceLayer = sequence.toLayer(({ calls }) =>
      Effect.gen(function* () {
        let sum = 0;
        for (let index = 0; index < calls; index += 1) sum += (yield* step(index)).i;
        return sum;
      }),
    );
    const fanOutLayer = fanOut.toLayer(({ calls }) =>
      Effect.gen(function* () {
        const results = yield* Effect.all(
          Array.from({ length: calls }, (_, index) => step(index)),
          { concurrency: "unbounded" },
        );
        return results.reduce((sum, { i }) => sum + i, 0);
      }),
    );
    const runtime = ManagedRuntime.make(Layer.provideMerge(Layer.mergeAll(sequenceLayer, fanOutLayer), WorkflowEngine.layerMemory));
    return {
      sequence: (id, calls) => runtime.runPromise(sequence.execute({ id, calls })),
      fanOut: (id, calls) => runtime.runPromise(fanOut.execute({ id, calls })),
      close: () => runtime.dispose(),
    };
  };
}
