import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../test/make-fixture.ts";
import { combine, concernsOf, type Finding } from "../triage/concern.ts";
import { judgeByRules } from "../triage/rule-model.ts";
import type { AuditReport } from "./audit-report.ts";
import { buildReport } from "./build-report.ts";
import { formatSize } from "./format-size.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { writeAtomically } from "./write-atomically.ts";

function finding(id: string, more: Partial<Finding["inspection"]> = {}, advisories: Finding["advisories"] = []): Finding {
  const [name = "", version = ""] = id.split("@");
  return { id, name, version, path: `node_modules/${name}`, copies: 1, inspection: { licence: "MIT", files: 2, bytes: 1000, installScripts: [], ...more }, advisories };
}

function report(findings: readonly Finding[]): AuditReport {
  const concerns = concernsOf(findings);
  return buildReport({ directory: "/project", seed: 1, findings, concerns, verdicts: concerns.map((concern) => ({ ...judgeByRules(concern), by: "local rules" })), broken: [] });
}

const header = { generatedAt: "2026-11-21T00:00:00.000Z", run: "audit-1" };

test("a report counts, sorts by urgency and names what is installed twice", () => {
  const built = report([
    finding("a@1.0.0", { installScripts: ["postinstall: x"] }),
    finding("b@1.0.0", {}, [{ id: "DEMO-1", severity: "low", title: "t", fixedIn: null }]),
    finding("b@2.0.0", { bytes: 9000 }, [{ id: "DEMO-2", severity: "critical", title: "t", fixedIn: "2.0.1" }]),
    finding("c@1.0.0", { licence: "GPL-3.0" }),
  ]);
  expect(built.totals).toEqual({ packages: 4, files: 8, bytes: 12_000 });
  expect(built.decision).toBe("act");
  expect(built.verdicts.map(({ id, decision }) => `${id} ${decision}`)).toEqual(["b@2.0.0 act", "c@1.0.0 act", "a@1.0.0 watch", "b@1.0.0 watch"]);
  expect(built.advisories.map(({ id }) => id)).toEqual(["DEMO-2", "DEMO-1"]);
  expect(built.duplicates).toEqual([{ name: "b", versions: ["1.0.0", "2.0.0"], bytes: 10_000 }]);
  expect(built.largest[0]).toEqual({ id: "b@2.0.0", files: 2, bytes: 9000 });
  expect(built.licences).toEqual([{ licence: "MIT", packages: 3 }, { licence: "GPL-3.0", packages: 1 }]);
  expect(built.triagedBy).toEqual(["local rules"]);
});

test("an audit without concerns is ok and has no table of things to do", () => {
  const built = report([finding("a@1.0.0")]);
  expect(built).toMatchObject({ decision: "ok", verdicts: [], triagedBy: [] });
  expect(renderMarkdown(built, header)).not.toContain("What to do");
});

test("the page says that its advisories are invented", () => {
  expect(renderMarkdown(report([finding("a@1.0.0")]), header)).toContain("Advisories (DEMO-…) are invented by the demo's own service from seed 1");
});

test("text from manifests cannot become markup or break a table", () => {
  const page = renderMarkdown(report([finding("a@1.0.0", { deprecated: "no|more\n# <b>[x](y)</b>" })]), header);
  expect(page).toContain(String.raw`| a@1.0.0 | no\|more \# \<b\>\[x\](y)\</b\> |`);
});

test("long tables are cut and say so", () => {
  const page = renderMarkdown(report(Array.from({ length: 45 }, (_, number) => finding(`p${number}@1.0.0`, { deprecated: "old" }))), header);
  expect(page).toContain("… 5 more in report.json.");
});

test("findings need an inspection each", () => {
  const found = finding("a@1.0.0");
  expect(() => combine([found], [], [])).toThrow("no inspection of a@1.0.0");
});

test.each([[0, "0 B"], [999, "999 B"], [1000, "1.0 kB"], [12_345_678, "12.3 MB"], [5e13, "50000.0 GB"]])("%d bytes are %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test("a file is replaced as a whole, and what a killed attempt left behind is no obstacle", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "report.md": "old", ".report.md.tmp": "half a rep" });
  await writeAtomically(join(folder.path, "report.md"), "new");
  await expect(readFile(join(folder.path, "report.md"), "utf8")).resolves.toBe("new");
  await expect(readdir(folder.path)).resolves.toEqual(["report.md"]);
});
