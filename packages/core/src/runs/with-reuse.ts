import type { ReuseSummary } from "../engine/reuse-tally.ts";

/** An outcome with what it does not show. */
export function withReuse<Outcome extends object>(outcome: Outcome, reuse: ReuseSummary): Outcome & { readonly reuse: ReuseSummary } {
  return Object.defineProperty(outcome, "reuse", { value: reuse }) as Outcome & { readonly reuse: ReuseSummary };
}
