import { z } from "zod";
import { auditRequest } from "./audit.ts";
import { problemSchema } from "./problem.ts";
import { statisticsSchema } from "./run-statistics.ts";
import { views } from "./view.ts";

/** What a worker process is to do; handed over as JSON on its command line. */
export const workerRequestSchema = z.object({
  run: z.string(),
  request: auditRequest,
  stateDirectory: z.string(),
  advisories: z.url(),
  view: z.enum(views),
  /** Where the view goes. */
  output: z.enum(["stdout", "stderr"]),
  killAt: z.union([z.object({ write: z.number() }), z.object({ share: z.number() }), z.object({ begun: z.string() })]).optional(),
  allowRepeat: z.array(z.string()),
});
/** One of {@link workerRequestSchema}. */
export type WorkerRequest = z.infer<typeof workerRequestSchema>;

const auditResultSchema = z.object({ decision: z.enum(["ok", "watch", "act"]), packages: z.number(), concerns: z.number() });

/** How the run ended for the process that ran it; a worker sends it as its only message. */
export const auditOutcomeSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("completed"), result: auditResultSchema, statistics: statisticsSchema }),
  z.object({ status: z.literal("failed"), problem: problemSchema, statistics: statisticsSchema }),
]);
/** One of {@link auditOutcomeSchema}. */
export type AuditOutcome = z.infer<typeof auditOutcomeSchema>;
