import { llm } from "@reprise/core";
import { retry } from "@reprise/retry";
import type { Tally } from "../tally.ts";
import type { Concern } from "../triage/concern.ts";
import type { TriageModel } from "../triage/triage-model.ts";
import { judgementSchema, type Judgement } from "../triage/verdict.ts";

/** Asks a model what to do about a package; an answer that is no verdict is asked for again. */
export function triageModel(model: TriageModel, tally: Tally) {
  return llm({
    name: "triage",
    output: judgementSchema,
    retry: retry({ maxAttempts: 4, initialDelayMs: 250, maxDelayMs: 10_000 }),
    attemptTimeoutMs: 60_000,
    run: async (concern: Concern, context): Promise<Judgement> => {
      tally.add(context);
      const verdict = await model.judge(concern, { signal: context.signal, idempotencyKey: context.idempotencyKey });
      return { ...verdict, by: model.label };
    },
  });
}
