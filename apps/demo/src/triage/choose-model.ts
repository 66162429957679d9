import { UsageError } from "../cli/usage-error.ts";
import { environment } from "../system.ts";
import { chatModel } from "./chat-model.ts";
import { ruleModel } from "./rule-model.ts";
import type { TriageModel } from "./triage-model.ts";

/** The endpoint named by `OPENAI_BASE_URL` and `OPENAI_API_KEY` (model: `OPENAI_MODEL`), else the local rules. */
export function chooseModel(): TriageModel {
  const base = environment("OPENAI_BASE_URL");
  const apiKey = environment("OPENAI_API_KEY");
  if (base === undefined || apiKey === undefined) return ruleModel;
  if (!/^https?:\/\//u.test(base) || !URL.canParse(base)) {
    throw new UsageError(`OPENAI_BASE_URL must be an http or https URL, got "${base}"`);
  }
  return chatModel({ baseUrl: new URL(base), apiKey, model: environment("OPENAI_MODEL") ?? "gpt-4o-mini" });
}
