import { sanitise } from "@reprise/printer/text";
import { Option, type Command } from "commander";
import { collectedCounts, countFrom } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";

interface Options extends CommonOptions {
  readonly checkpoints: number;
  readonly timeline?: number[];
}

/** `reprise compact <id>`: removes what no timeline that is kept shows. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .addOption(new Option("--checkpoints <count>", "its last checkpoints that can be gone back to afterwards").argParser(countFrom).default(1))
    .option("--timeline <seq>", "this position can be gone back to as well (once for each)", collectedCounts)
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<Options>();
      const { checkpoints, timeline } = options;
      await session.withStore(options, async ({ reprise }) => {
        // What is not there must not be asked about.
        await reprise.history(run);
        if (!(await session.confirmed(options, `Remove for good what ${run} no longer shows?`))) return;
        const report = await reprise.compact(run, { checkpoints, ...(timeline && { timelines: timeline }) });
        await session.result(options, report, () => [`${sanitise(run)}: ${report.dropped} records removed, ${report.kept} kept, ${report.bytes} bytes less.`]);
      });
    });
}
