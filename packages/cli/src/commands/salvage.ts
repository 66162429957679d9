import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { collected } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";

interface Options extends CommonOptions {
  readonly id?: string;
  readonly allowRepeat?: string[];
}

/** `reprise salvage <id>`: what can be saved of a damaged run. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .option("--id <id>", "of the new run")
    .option("--allow-repeat <address>", "this call may happen again although it must not by itself (once for each)", collected)
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<Options>();
      const { id, allowRepeat } = options;
      await session.withStore(options, async ({ reprise }) => {
        const saved = await reprise.salvage(run, { ...(id !== undefined && { stateId: id }), ...(allowRepeat && { allowRepeat }) });
        await session.result(options, saved, () => [`${sanitise(saved.stateId)} has what could be saved of ${sanitise(run)} and is paused.`, ...saved.lost.map(({ message }) => `  lost: ${sanitise(message)}`)]);
      });
    });
}
