import type { Subscriber } from "@reprise/core/spi";
import { z } from "zod";

/** What one process did for a run. */
export const statisticsSchema = z.object({
  /** Handlers that ran to a recorded result. */
  completed: z.number(),
  /** Failed attempts that were followed by another. */
  retries: z.number(),
  /** Writes to the journal that were acknowledged. */
  journalWrites: z.number(),
});
/** One of {@link statisticsSchema}. */
export type RunStatistics = z.infer<typeof statisticsSchema>;

/** Nothing done yet. */
export function noStatistics(): RunStatistics {
  return { completed: 0, retries: 0, journalWrites: 0 };
}

/** Counts what handlers do; agents, groups and branches have none of their own to count. */
export function countStatistics(): { readonly subscriber: Subscriber; readonly statistics: RunStatistics } {
  const statistics = noStatistics();
  const isHandler = (type: string): boolean => type === "tool_call" || type === "llm_call";
  return {
    statistics,
    subscriber: {
      attach: (run) => {
        run.on("event", ({ type, status }) => {
          if (!isHandler(type)) return;
          if (status === "completed") statistics.completed += 1;
          if (status === "retrying") statistics.retries += 1;
        });
      },
    },
  };
}
