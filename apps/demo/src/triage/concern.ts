import type { Advisory } from "../advisories/advisory.ts";
import { licenceRisk, type LicenceRisk } from "../packages/licence-risk.ts";
import type { Inspection } from "../packages/inspection.ts";
import type { InstalledPackage } from "../packages/installed-package.ts";

/** Everything the audit found out about one package. */
export interface Finding extends InstalledPackage {
  readonly inspection: Inspection;
  readonly advisories: readonly Advisory[];
}

/** Puts together what was found out side by side: three lists in the same order. */
export function combine(packages: readonly InstalledPackage[], inspections: readonly Inspection[], advisories: readonly (readonly Advisory[])[]): Finding[] {
  return packages.map((found, index) => {
    const inspection = inspections[index];
    if (inspection === undefined) throw new RangeError(`no inspection of ${found.id}`);
    return { ...found, inspection, advisories: advisories[index] ?? [] };
  });
}

/** A package that somebody has to think about, and why. */
export interface Concern {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly licence: string | null;
  readonly licenceText: string | null;
  readonly licenceRisk: LicenceRisk;
  readonly installScripts: readonly string[];
  readonly deprecated: string | null;
  readonly advisories: readonly Advisory[];
}

/** The findings that need a decision, in the order of the findings. */
export function concernsOf(findings: readonly Finding[]): Concern[] {
  return findings.map(toConcern).filter((concern) => {
    const { advisories, installScripts, deprecated } = concern;
    return advisories.length > 0 || installScripts.length > 0 || deprecated !== null || concern.licenceRisk !== "none";
  });
}

function toConcern({ id, name, version, inspection, advisories }: Finding): Concern {
  return {
    id,
    name,
    version,
    licence: inspection.licence ?? null,
    licenceText: inspection.licenceText ?? null,
    licenceRisk: licenceRisk(inspection.licence, inspection.licenceText),
    installScripts: inspection.installScripts,
    deprecated: inspection.deprecated ?? null,
    advisories,
  };
}
