import type { RepriseOptions } from "@reprise/core";

/** Rules of the engine that can be switched off, each to show that it is needed. */
export const ruleNames = ["liveGate", "joinAtRelease", "gatedStarts", "strictReopened", "slotsForRecorded", "deepRevocation"] as const;
export type RuleName = (typeof ruleNames)[number];

// Where core looks for it; on purpose in no public type.
const rulesKey = Symbol.for("@reprise/engine-rules");

/** What `createReprise` is given beside its options so that its engine lacks this rule. */
export function withRuleOff(name: RuleName): Partial<RepriseOptions> {
  return { [rulesKey]: { [name]: false } } as Partial<RepriseOptions>;
}
