import type { Concern } from "./concern.ts";
import type { Verdict } from "./verdict.ts";

/** What `triage` asks. */
export interface TriageModel {
  /** For people: `local rules`, `gpt-5-mini at api.example.org`. */
  readonly label: string;
  judge(concern: Concern, options: { readonly signal: AbortSignal; readonly idempotencyKey: string }): Verdict | Promise<Verdict>;
}
