import { z } from "zod";

/** From harmless to urgent. */
export const severities = ["low", "moderate", "high", "critical"] as const;
/** How bad an advisory is. */
export type Severity = (typeof severities)[number];

/** One advisory, as the service sends it. */
export const advisorySchema = z.object({
  id: z.string().min(1),
  severity: z.enum(severities),
  title: z.string().min(1),
  /** The first version without the fault; null if there is none yet. */
  fixedIn: z.string().nullable(),
});
/** A known fault of one version of a package. */
export type Advisory = z.infer<typeof advisorySchema>;

/** What the service answers. */
export const advisoriesSchema = z.object({ advisories: z.array(advisorySchema) });
