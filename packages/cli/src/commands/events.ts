import type { EventQuery } from "@reprise/core";
import type { Command } from "commander";
import { countFrom } from "../parse-words.ts";
import { logEvents } from "../print-events.ts";
import type { CommonOptions, Session } from "../session.ts";

interface EventsOptions extends CommonOptions {
  readonly from?: number;
  readonly under?: string;
  readonly values?: boolean;
}

/** `reprise events <id>`: what happened in a run, a line for each event. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .option("--from <seq>", "from this record on", countFrom)
    .option("--under <address>", "of this call and everything below it")
    .option("--values", "with inputs and results")
    .action(async (run: string, _options: unknown, used: Command) => {
      const { from, under, values = false, json = false, ...common } = used.optsWithGlobals<EventsOptions>();
      await session.withStore(common, async ({ reprise }) => {
        const history = await reprise.history(run);
        const query: EventQuery = { ...(from !== undefined && { from }), ...(under !== undefined && { under }) };
        const log = logEvents({ stateId: run, lastSeq: history.lastSeq }, session.terminal, { json, values, summary: false });
        const asked = new Set(history.events(query).map(({ seq }) => seq));
        for (const event of history.events()) (asked.has(event.seq) ? log.write : log.pass)(event);
        log.end();
      });
    });
}
