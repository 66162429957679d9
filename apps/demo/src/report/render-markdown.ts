import type { AuditReport } from "./audit-report.ts";
import { formatSize } from "./format-size.ts";

const longestList = 40;

/** The report as a page for people. `generatedAt` (ISO 8601) and `run` are the only lines that differ between audits of equal folders. */
export function renderMarkdown(report: AuditReport, header: { readonly generatedAt: string; readonly run: string }): string {
  const sections = [summary(report, header), verdicts(report), advisories(report), licences(report), rest(report)];
  return `${sections.flat().join("\n\n")}\n`;
}

function summary({ directory, seed, decision, totals, verdicts: all, triagedBy }: AuditReport, header: { readonly generatedAt: string; readonly run: string }): string[] {
  const count = (wanted: string): number => all.filter((verdict) => verdict.decision === wanted).length;
  const sentence = { ok: "nothing to do", watch: "nothing urgent", act: "act before the next release" }[decision];
  return [
    "# Dependency audit",
    `**Verdict: ${decision}** (${sentence}). ${totals.packages} packages, ${totals.files} files, ${formatSize(totals.bytes)}: ${count("act")} to act on, ${count("watch")} to watch.`,
    `> Advisories (DEMO-…) are invented by the demo's own service from seed ${seed}, and verdicts build on them: they show how a report looks and say nothing about the real packages. Everything else was read from the disk.`,
    [`- Folder: ${cell(directory)}`, `- Run: ${cell(header.run)}`, `- Generated: ${header.generatedAt}`, ...(triagedBy.length === 0 ? [] : [`- Triaged by: ${cell(triagedBy.join(", "))}`])].join("\n"),
  ];
}

function verdicts({ verdicts: all }: AuditReport): string[] {
  if (all.length === 0) return [];
  return ["## What to do", table(["Package", "Verdict", "Why", "What"], all.map(({ id, decision, reason, action }) => [id, decision, reason, action]))];
}

function advisories({ advisories: all }: AuditReport): string[] {
  return [
    "## Advisories",
    all.length === 0
      ? "None."
      : table(["Package", "Severity", "Advisory", "Fixed in"], all.map((advisory) => [advisory.package, advisory.severity, `${advisory.id}: ${advisory.title}`, advisory.fixedIn ?? "not yet"])),
  ];
}

function licences({ licences: all, licenceRisks }: AuditReport): string[] {
  const risks = licenceRisks.map(({ id, risk, declared, text }) => [id, risk, declared ?? "none", text ?? "none recognised"]);
  return [
    "## Licences",
    all.map(({ licence, packages }) => `${cell(licence)} (${packages})`).join(", "),
    risks.length === 0 ? "All permissive." : table(["Package", "Risk", "Declared", "Licence text"], risks),
  ];
}

function rest(report: AuditReport): string[] {
  return [
    ...section("Code that runs during installation", ["Package", "Scripts"], report.installScripts.map(({ id, scripts }) => [id, scripts.join("; ")])),
    ...section("Installed in several versions", ["Package", "Versions", "Size"], report.duplicates.map(({ name, versions, bytes }) => [name, versions.join(", "), formatSize(bytes)])),
    ...section("Deprecated", ["Package", "Notice"], report.deprecated.map(({ id, notice }) => [id, notice])),
    ...section("Largest packages", ["Package", "Size", "Files"], report.largest.map(({ id, bytes, files }) => [id, formatSize(bytes), String(files)])),
    ...section("Folders that hold no readable package", ["Folder", "Reason"], report.broken.map(({ path, reason }) => [path, reason])),
  ];
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [`## ${title}`, table(head, rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const shown = rows.slice(0, longestList).map((row) => line(row.map(cell)));
  const more = rows.length > longestList ? [`\n… ${rows.length - longestList} more in report.json.`] : [];
  return [line(head), line(head.map(() => "---")), ...shown, ...more].join("\n");
}

/** Text from manifests and models must not become markup. */
function cell(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is removed
  return text.replace(/[\u0000-\u001f\u007f]+/gu, " ").replace(/[\\`*_[\]<>|#!]/gu, (character) => `\\${character}`).trim();
}
