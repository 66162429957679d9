import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import type { CommonOptions, Session } from "../session.ts";

/** `reprise delete <id>`: removes a run for good. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      await session.withStore(options, async ({ reprise }) => {
        // What is not there must not be asked about.
        const { lastSeq } = await reprise.history(run);
        if (!(await session.confirmed(options, `Remove ${run} with its ${lastSeq} records for good?`))) return;
        await reprise.delete(run);
        await session.result(options, { stateId: run, deleted: true }, () => [`${sanitise(run)} is removed.`]);
      });
    });
}
