import { Option, type Command } from "commander";
import { countFrom } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";

interface Options extends CommonOptions {
  readonly graceHours?: number;
}

const hourMs = 3_600_000;

/** `reprise gc`: removes artifacts that no run names. */
export function define(command: Command, session: Session): void {
  command.addOption(new Option("--grace-hours <count>", "what was put within this time stays (default: 24)").argParser(countFrom)).action(async (_options: unknown, used: Command) => {
    const options = used.optsWithGlobals<Options>();
    const { graceHours } = options;
    await session.withStore(options, async ({ reprise, name }) => {
      if (!(await session.confirmed(options, `Remove the artifacts in ${name} that no run in it names?`))) return;
      const report = await reprise.collectArtifacts(graceHours === undefined ? {} : { graceMs: graceHours * hourMs });
      const { removed, bytes, condemned, live, runs } = report;
      await session.result(options, report, () => [`${removed} artifacts removed, ${bytes} bytes; ${condemned} go with the next collection; ${live} are named by ${runs} runs.`]);
    });
  });
}
