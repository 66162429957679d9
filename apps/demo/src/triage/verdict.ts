import { z } from "zod";

/** What to do about a package: nothing, keep an eye on it, act before the next release. */
export const decisions = ["ok", "watch", "act"] as const;
/** One of {@link decisions}. */
export type Decision = (typeof decisions)[number];

/** The answer of a model, whichever it is. */
export const verdictSchema = z.object({
  decision: z.enum(decisions),
  reason: z.string().trim().min(1).max(400),
  action: z.string().trim().min(1).max(400),
});
/** What a model made of a concern. */
export type Verdict = z.infer<typeof verdictSchema>;

/** A verdict, and who gave it: a resumed audit may ask another model than the one that began it. */
export const judgementSchema = verdictSchema.extend({ by: z.string() });
/** One of {@link judgementSchema}. */
export type Judgement = z.infer<typeof judgementSchema>;

/** The most urgent of some decisions; `ok` if there are none. */
export function mostUrgent(all: readonly Decision[]): Decision {
  return decisions.findLast((decision) => all.includes(decision)) ?? "ok";
}
