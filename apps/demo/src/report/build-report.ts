import { severities } from "../advisories/advisory.ts";
import type { BrokenPackage } from "../packages/installed-package.ts";
import type { Concern, Finding } from "../triage/concern.ts";
import { decisions, mostUrgent, type Judgement } from "../triage/verdict.ts";
import type { AuditReport } from "./audit-report.ts";

/** What a report is made of; `verdicts` by the position of `concerns`. */
export interface ReportParts {
  readonly directory: string;
  readonly seed: number;
  readonly findings: readonly Finding[];
  readonly concerns: readonly Concern[];
  readonly verdicts: readonly Judgement[];
  readonly broken: readonly BrokenPackage[];
}

/** Puts what was found into the order in which a maintainer wants to read it. Pure. */
export function buildReport(parts: ReportParts): AuditReport {
  const { findings, concerns } = parts;
  const verdicts = parts.verdicts.map(({ decision, reason, action }, index) => ({ id: concerns[index]?.id ?? "", decision, reason, action }));
  return {
    directory: parts.directory,
    seed: parts.seed,
    triagedBy: [...new Set(parts.verdicts.map(({ by }) => by))].toSorted(),
    decision: mostUrgent(verdicts.map((verdict) => verdict.decision)),
    totals: {
      packages: findings.length,
      files: sum(findings.map(({ inspection }) => inspection.files)),
      bytes: sum(findings.map(({ inspection }) => inspection.bytes)),
    },
    // Sorting is stable, so packages keep their order by name within a decision or a severity.
    verdicts: verdicts.toSorted((a, b) => decisions.indexOf(b.decision) - decisions.indexOf(a.decision)),
    advisories: findings
      .flatMap(({ id, advisories }) => advisories.map((advisory) => ({ package: id, ...advisory })))
      .toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity)),
    licences: countLicences(findings),
    licenceRisks: concerns
      .filter(({ licenceRisk }) => licenceRisk !== "none")
      .map(({ id, licenceRisk, licence, licenceText }) => ({ id, risk: licenceRisk, declared: licence, text: licenceText })),
    installScripts: concerns.filter(({ installScripts }) => installScripts.length > 0).map(({ id, installScripts }) => ({ id, scripts: installScripts })),
    deprecated: concerns.flatMap(({ id, deprecated }) => (deprecated === null ? [] : [{ id, notice: deprecated }])),
    duplicates: findDuplicates(findings),
    largest: findings
      .map(({ id, inspection }) => ({ id, files: inspection.files, bytes: inspection.bytes }))
      .toSorted((a, b) => b.bytes - a.bytes)
      .slice(0, 10),
    broken: parts.broken,
  };
}

function countLicences(findings: readonly Finding[]): AuditReport["licences"] {
  const counts = new Map<string, number>();
  for (const { inspection } of findings) {
    const licence = inspection.licence ?? inspection.licenceText ?? "none";
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  return [...counts]
    .map(([licence, packages]) => ({ licence, packages }))
    .toSorted((a, b) => b.packages - a.packages || (a.licence < b.licence ? -1 : 1));
}

function findDuplicates(findings: readonly Finding[]): AuditReport["duplicates"] {
  const byName = new Map<string, Finding[]>();
  for (const finding of findings) byName.set(finding.name, [...(byName.get(finding.name) ?? []), finding]);
  return [...byName]
    .filter(([, versions]) => versions.length > 1)
    .map(([name, versions]) => ({
      name,
      versions: versions.map(({ version }) => version),
      bytes: sum(versions.map(({ inspection }) => inspection.bytes)),
    }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
