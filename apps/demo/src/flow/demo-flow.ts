import { defineFlow, flowRegistry, output, routine, slot, type FlowRegistry } from "@reprise/flow";
import { z } from "zod";
import type { Tally } from "./flow-tally.ts";

/** How long work takes and when it succeeds; part of the definition, so that it travels with it. */
export interface DemoFlowOptions {
  readonly longRunningMs: number;
  readonly failingMs: number;
  /** The attempt of `failing` that succeeds; null: none does. */
  readonly succeedsAt: number | null;
}

/** What the demo calls an error of data, for `retryOn`. */
class ValueError extends Error {
  override readonly name = "ValueError";
}

/** The routines of the demo; each run of a handler is noted outside of Reprise. */
function routinesWith(tally: Tally) {
  const longRunning = routine({
    name: "long_running",
    config: z.object({ delayMs: z.number() }),
    outputs: { output: output<string>() },
    run: async (_given, { attempt, config, signal }) => {
      await tally.note("long_running", attempt);
      await tally.wait(config.delayMs, signal);
      return "the result of a long operation";
    },
  });
  const failing = routine({
    name: "failing",
    slots: { input: slot<string>() },
    outputs: { output: output<string>() },
    config: z.object({ delayMs: z.number(), succeedsAt: z.number().nullable() }),
    errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 300, retryBackoff: 1.5, retryOn: ["ValueError"] },
    run: async ({ input }, { attempt, config, signal }) => {
      await tally.note("failing", attempt);
      await tally.wait(config.delayMs, signal);
      if (attempt === config.succeedsAt) return input;
      throw new ValueError(`Simulated failure on attempt ${attempt}`);
    },
  });
  const success = routine({ name: "success", slots: { input: slot<string>() }, outputs: { output: output<string>() }, run: async ({ input }, { attempt }) => {
    await tally.note("success", attempt);
    return input;
  } });
  return { longRunning, failing, success };
}

/** long_running -> failing (retry 4 times, 0.3 s, factor 1.5) -> success */
export function demoFlow({ longRunningMs, failingMs, succeedsAt }: DemoFlowOptions, tally: Tally) {
  const { longRunning, failing, success } = routinesWith(tally);
  return defineFlow({ id: "retry_serialization_demo", concurrency: 1 })
    .add(longRunning, { config: { delayMs: longRunningMs } })
    .add(failing, { config: { delayMs: failingMs, succeedsAt } })
    .add(success)
    .connect("long_running.output", "failing.input")
    .connect("failing.output", "success.input")
    .build();
}

/** What the other host has of the flow: its routines, by name. */
export function demoRegistry(tally: Tally): FlowRegistry {
  return flowRegistry({ routines: Object.values(routinesWith(tally)) });
}
