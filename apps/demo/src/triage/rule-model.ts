import { severities, type Advisory } from "../advisories/advisory.ts";
import type { LicenceRisk } from "../packages/licence-risk.ts";
import type { Concern } from "./concern.ts";
import type { TriageModel } from "./triage-model.ts";
import { mostUrgent, type Verdict } from "./verdict.ts";

/** The model of an offline audit: a few rules, always the same answer to the same question. */
export const ruleModel: TriageModel = { label: "local rules", judge: judgeByRules };

/** Judges every concern of a package and gives the most urgent verdict, with all reasons. */
export function judgeByRules(concern: Concern): Verdict {
  const verdicts = [
    ...byAdvisories(concern.name, concern.advisories),
    ...byLicence(concern),
    ...byInstallScripts(concern.installScripts),
    ...byDeprecation(concern.deprecated),
  ];
  const decision = mostUrgent(verdicts.map((verdict) => verdict.decision));
  const leading = verdicts.find((verdict) => verdict.decision === decision);
  return {
    decision,
    reason: clip(verdicts.map((verdict) => verdict.reason).join("; ") || "nothing found"),
    action: clip(leading?.action ?? "nothing to do"),
  };
}

function byAdvisories(name: string, advisories: readonly Advisory[]): Verdict[] {
  const worst = advisories.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))[0];
  if (worst === undefined) return [];
  const urgent = severities.indexOf(worst.severity) >= severities.indexOf("high");
  const more = advisories.length > 1 ? ` and ${advisories.length - 1} more` : "";
  return [
    {
      decision: urgent ? "act" : "watch",
      reason: `${worst.severity} advisory ${worst.id}${more}`,
      action: worst.fixedIn === null ? `no fixed version of ${name} yet: look for a replacement` : `upgrade ${name} to ${worst.fixedIn} or later`,
    },
  ];
}

const licenceVerdicts: Readonly<Record<Exclude<LicenceRisk, "none">, Verdict>> = {
  copyleft: { decision: "watch", reason: "weak copyleft licence", action: "keep changes to this package's files open" },
  "strong copyleft": { decision: "act", reason: "strong copyleft licence", action: "ask whether what you ship may carry this licence" },
  unknown: { decision: "watch", reason: "licence not recognised", action: "read the licence and note the result" },
  missing: { decision: "act", reason: "no licence at all", action: "ask the author for a licence or replace the package" },
  contradictory: { decision: "act", reason: "licence text contradicts the manifest", action: "ask the author which of the two holds" },
};

function byLicence({ licenceRisk, licence, licenceText }: Concern): Verdict[] {
  if (licenceRisk === "none") return [];
  const verdict = licenceVerdicts[licenceRisk];
  const named = licence ?? licenceText;
  return [named === null ? verdict : { ...verdict, reason: `${verdict.reason} (${named}${licenceRisk === "contradictory" ? ` against ${licenceText ?? "unknown"}` : ""})` }];
}

function byInstallScripts(scripts: readonly string[]): Verdict[] {
  if (scripts.length === 0) return [];
  return [{ decision: "watch", reason: "runs code during installation", action: `read what it runs: ${scripts.join(", ")}` }];
}

function byDeprecation(deprecated: string | null): Verdict[] {
  return deprecated === null ? [] : [{ decision: "watch", reason: `deprecated: ${deprecated}`, action: "plan a replacement" }];
}

function clip(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 399)}…`;
}
