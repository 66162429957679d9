import { open, readFile } from "node:fs/promises";
import { tool } from "@reprise/core";
import { now } from "../system.ts";
import type { Tally } from "../tally.ts";
import type { Decision } from "../triage/verdict.ts";

/** What a notification says. */
export interface Notification {
  readonly decision: Decision;
  readonly packages: number;
}

/**
 * Tells the world that an audit has ended: one line in a log, which stands for a mail or a chat message.
 * It must not be sent twice, so it is not repeatable: if the process dies between the start and the recorded outcome, the
 * resumed run stops and asks. Whoever then allows the repeat is protected once more by the idempotency key, which is the
 * same for every attempt: a receiver that knows it does nothing.
 */
export function notifyTool(log: string, run: string, tally: Tally) {
  return tool({
    name: "notify",
    repeatable: false,
    run: async ({ decision, packages }: Notification, context): Promise<{ readonly sent: boolean }> => {
      tally.add(context);
      if ((await linesOf(log)).some((line) => line.endsWith(` ${context.idempotencyKey}`))) return { sent: false };
      const file = await open(log, "a");
      try {
        await file.write(`${new Date(now()).toISOString()} ${run} ${decision} ${packages} packages ${context.idempotencyKey}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      return { sent: true };
    },
  });
}

async function linesOf(path: string): Promise<string[]> {
  try {
    return (await readFile(path, "utf8")).split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
