import type { Command } from "commander";
import { nobodyAt } from "../live-status.ts";
import { countFrom } from "../parse-words.ts";
import { logEvents, type EventLog } from "../print-events.ts";
import type { CommonOptions, Session } from "../session.ts";

interface TailOptions extends CommonOptions {
  readonly from?: number;
  readonly values?: boolean;
  readonly untilEnd?: boolean;
}

/** `reprise tail <id>`: follows a run, whichever process executes it. */
export function define(command: Command, session: Session): void {
  const { terminal } = session;
  command
    .argument("<run>")
    .option("--from <seq>", "from this record on (default: from the beginning)", countFrom)
    .option("--until-end", "also over pauses and waits, until it has completed or failed")
    .option("--values", "with inputs and results")
    .action(async (run: string, _options: unknown, used: Command) => {
      const { from = 1, untilEnd = false, values = false, json = false, ...common } = used.optsWithGlobals<TailOptions>();
      await session.withStore(common, async ({ reprise }) => {
        const interrupted = new AbortController();
        const stopListening = terminal.onInterrupt(() => interrupted.abort());
        const head = await reprise.head(run);
        const nobody = nobodyAt(head);
        if (nobody !== undefined) terminal.note(nobody);
        // Nothing is printed of a run that is not there or cannot be read.
        let log: EventLog | undefined;
        const events = reprise.events(run, { signal: interrupted.signal, until: untilEnd ? "end" : "rest" });
        try {
          for await (const event of events) {
            log ??= logEvents({ stateId: run, lastSeq: head?.lastSeq ?? 0 }, terminal, { json, values, summary: true });
            (event.seq < from ? log.pass : log.write)(event);
          }
        } finally {
          log?.end();
          stopListening();
        }
      });
    });
}
