import type { Reprise } from "@reprise/core";
import { isRepriseError } from "@reprise/core/spi";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import type { CommonOptions, Session } from "../session.ts";

/** In words; undefined if there is no such run. */
async function contentOf(reprise: Reprise, run: string): Promise<string | undefined> {
  try {
    const head = await reprise.head(run);
    return head && `its ${head.lastSeq} records`;
  } catch (error) {
    if (isRepriseError(error, "CORRUPT")) return "its records, of which some are damaged,";
    throw error;
  }
}

/** `reprise delete <id>`: removes a run for good. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      await session.withStore(options, async ({ reprise }) => {
        // What is not there must not be asked about. Its head is enough: a run that is damaged can be removed, too.
        const found = await contentOf(reprise, run);
        if (found !== undefined && !(await session.confirmed(options, `Remove ${run} with ${found} for good?`))) return;
        await reprise.delete(run);
        await session.result(options, { stateId: run, deleted: true }, () => [`${sanitise(run)} is removed.`]);
      });
    });
}
