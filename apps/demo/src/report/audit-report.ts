import type { Advisory } from "../advisories/advisory.ts";
import type { LicenceRisk } from "../packages/licence-risk.ts";
import type { BrokenPackage } from "../packages/installed-package.ts";
import type { Decision, Verdict } from "../triage/verdict.ts";

/** What an audit found. Plain data, sorted throughout: equal folders and seeds give equal reports. */
export interface AuditReport {
  readonly directory: string;
  /** Of the demo's advisory service. */
  readonly seed: number;
  readonly triagedBy: readonly string[];
  readonly decision: Decision;
  readonly totals: { readonly packages: number; readonly files: number; readonly bytes: number };
  /** Most urgent first. */
  readonly verdicts: readonly (Verdict & { readonly id: string })[];
  /** Most severe first. */
  readonly advisories: readonly (Advisory & { readonly package: string })[];
  /** Most frequent first. */
  readonly licences: readonly { readonly licence: string; readonly packages: number }[];
  readonly licenceRisks: readonly { readonly id: string; readonly risk: LicenceRisk; readonly declared: string | null; readonly text: string | null }[];
  readonly installScripts: readonly { readonly id: string; readonly scripts: readonly string[] }[];
  readonly deprecated: readonly { readonly id: string; readonly notice: string }[];
  /** Packages installed in more than one version. */
  readonly duplicates: readonly { readonly name: string; readonly versions: readonly string[]; readonly bytes: number }[];
  /** The ten largest. */
  readonly largest: readonly { readonly id: string; readonly files: number; readonly bytes: number }[];
  readonly broken: readonly BrokenPackage[];
}
