import { seededChoice, seededFraction } from "../seeded.ts";
import type { Advisory, Severity } from "./advisory.ts";

const share = 0.07;
const faults = [
  "Regular expression denial of service",
  "Prototype pollution",
  "Path traversal when unpacking archives",
  "Uncontrolled recursion on deeply nested input",
  "Exposure of environment variables in error messages",
  "Out-of-bounds read on malformed input",
] as const;
const distribution: readonly [Severity, ...Severity[]] = ["low", "low", "moderate", "moderate", "moderate", "high", "high", "critical"];

/** The advisories of one package. They are made up from the seed and say nothing about the real package. */
export function inventAdvisories(seed: number, name: string, version: string): Advisory[] {
  if (seededFraction(seed, "advisory", name, version) >= share) return [];
  const number = Math.floor(seededFraction(seed, "number", name, version) * 10_000);
  return [
    {
      id: `DEMO-${String(number).padStart(4, "0")}`,
      severity: seededChoice(distribution, seed, "severity", name, version),
      title: seededChoice(faults, seed, "title", name, version),
      fixedIn: seededFraction(seed, "fixed", name, version) < 0.8 ? nextPatch(version) : null,
    },
  ];
}

function nextPatch(version: string): string | null {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/u.exec(version) ?? [];
  return patch === undefined ? null : `${major}.${minor}.${Number(patch) + 1}`;
}
