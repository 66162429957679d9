/** How much thought a licence needs before the package is shipped. */
export type LicenceRisk = "none" | "copyleft" | "strong copyleft" | "unknown" | "missing" | "contradictory";

const permissive = new Set(
  "MIT MIT-0 ISC BSD-2-Clause BSD-3-Clause BSD Apache-2.0 BlueOak-1.0.0 0BSD Unlicense CC0-1.0 CC-BY-3.0 CC-BY-4.0 Python-2.0 Zlib WTFPL Artistic-2.0 BSL-1.0 Unicode-3.0 Unicode-DFS-2016".split(" "),
);
const severity: readonly LicenceRisk[] = ["none", "copyleft", "strong copyleft", "unknown"];

/**
 * What the declared licence, and the licence text if one was recognised, ask of somebody who ships the package.
 * An `OR` is as harmless as its best part, an `AND` as risky as its worst.
 */
export function licenceRisk(declared: string | undefined, recognised: string | undefined): LicenceRisk {
  if (declared === undefined) return recognised === undefined ? "missing" : riskOf(recognised);
  const risk = riskOf(declared);
  if (recognised === undefined) return risk;
  // "SEE LICENSE IN LICENSE.md", "Apache 2.0": the text says what the name does not. UNLICENSED grants nothing, whatever lies beside it.
  if (risk === "unknown") return declared === "UNLICENSED" ? risk : riskOf(recognised);
  // An MIT manifest over a GPL text is what an audit is for; MIT over ISC harms nobody.
  return rank(riskOf(recognised)) > rank(risk) && !declared.includes(family(recognised)) ? "contradictory" : risk;
}

function riskOf(expression: string): LicenceRisk {
  const alternatives = expression.replace(/[()]/gu, " ").split(/\s+OR\s+/u);
  const risks = alternatives.map((alternative) => worst(alternative.split(/\s+AND\s+/u).map((name) => riskOfName(name.trim()))));
  return risks.toSorted((a, b) => rank(a) - rank(b))[0] ?? "unknown";
}

function riskOfName(name: string): LicenceRisk {
  const plain = name.replace(/\s+WITH\s+.*$/u, "");
  if (permissive.has(plain)) return "none";
  if (/^(?:LGPL|MPL|EPL|CDDL|EUPL)\b/u.test(plain)) return "copyleft";
  if (/^(?:AGPL|GPL|SSPL|OSL)\b/u.test(plain)) return "strong copyleft";
  return "unknown";
}

function worst(risks: readonly LicenceRisk[]): LicenceRisk {
  return risks.toSorted((a, b) => rank(b) - rank(a))[0] ?? "unknown";
}

function rank(risk: LicenceRisk): number {
  return severity.indexOf(risk);
}

/** `GPL` of `GPL-3.0` */
function family(licence: string): string {
  return licence.split("-")[0] ?? licence;
}
