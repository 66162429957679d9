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
        // What is not there must not be asked about. Its head is enough: a run that is damaged can be removed, too.
        const head = await reprise.head(run);
        if (head !== undefined && !(await session.confirmed(options, `Remove ${run} with its ${head.lastSeq} records for good?`))) return;
        await reprise.delete(run);
        await session.result(options, { stateId: run, deleted: true }, () => [`${sanitise(run)} is removed.`]);
      });
    });
}
