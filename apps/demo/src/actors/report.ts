import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { tool } from "@reprise/core";
import type { AuditReport } from "../report/audit-report.ts";
import { renderMarkdown } from "../report/render-markdown.ts";
import { writeAtomically } from "../report/write-atomically.ts";
import { now } from "../system.ts";
import type { Tally } from "../tally.ts";

/** Writes `report.md` and `report.json` into a folder; written again they replace each other, so a repeat does no harm. */
export function reportTool(folder: string, run: string, tally: Tally) {
  return tool({
    name: "report",
    run: async (report: AuditReport, context): Promise<{ readonly files: readonly string[] }> => {
      tally.add(context);
      const generatedAt = new Date(now()).toISOString();
      await mkdir(folder, { recursive: true });
      await writeAtomically(join(folder, "report.md"), renderMarkdown(report, { generatedAt, run }));
      await writeAtomically(join(folder, "report.json"), `${JSON.stringify({ generatedAt, run, ...report }, undefined, 2)}\n`);
      return { files: ["report.md", "report.json"] };
    },
  });
}
