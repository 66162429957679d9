import { agent } from "@reprise/core";
import { z } from "zod";
import { advisoriesTool } from "./actors/advisories.ts";
import { discoverTool } from "./actors/discover.ts";
import { inspectTool } from "./actors/inspect.ts";
import { notifyTool } from "./actors/notify.ts";
import { reportTool } from "./actors/report.ts";
import { triageModel } from "./actors/triage.ts";
import { buildReport } from "./report/build-report.ts";
import type { Tally } from "./tally.ts";
import { combine, concernsOf } from "./triage/concern.ts";
import type { TriageModel } from "./triage/triage-model.ts";

/** What the audit works with, but what is not part of its input: a resumed run may find the service at another port. */
export interface AuditServices {
  readonly run: string;
  readonly advisories: URL;
  readonly model: TriageModel;
  readonly reportFolder: string;
  readonly notifications: string;
  readonly tally: Tally;
}

/** The input of an audit: recorded once, and what a resumed run goes on with. */
export const auditRequest = z.object({ directory: z.string(), seed: z.number().int() });
/** The folder to audit, absolute, and the seed of the advisory service. */
export type AuditRequest = z.infer<typeof auditRequest>;

/** The whole pipeline. Kill it anywhere: resumed, it goes on where it was. */
export function auditAgent({ run, advisories: service, model, reportFolder, notifications, tally }: AuditServices) {
  const discover = discoverTool(tally);
  const inspect = inspectTool(tally);
  const advisories = advisoriesTool(service, tally);
  const triage = triageModel(model, tally);
  const report = reportTool(reportFolder, run, tally);
  const notify = notifyTool(notifications, run, tally);

  return agent({
    name: "audit",
    input: auditRequest,
    run: async ({ directory, seed }, context) => {
      const { packages, broken } = await context.run(discover, directory);

      // A key for each branch: it finds its record even if a package was added or removed before the resume.
      const key = ({ id }: { readonly id: string }): string => id;
      const inspections = await context.map("inspections", packages, (found, branch) => branch.run(inspect, { directory, found }), { key, maxWorkers: 8 });
      const known = await context.map("advisories", packages, advisories, { key, maxWorkers: 8 });

      const findings = combine(packages, inspections, known);
      const concerns = concernsOf(findings);
      const verdicts = await context.map("concerns", concerns, triage, { key });

      const summary = buildReport({ directory, seed, findings, concerns, verdicts, broken });
      await context.run(report, summary);
      await context.run(notify, { decision: summary.decision, packages: packages.length });
      return { decision: summary.decision, packages: packages.length, concerns: concerns.length };
    },
  });
}
