import { InterruptReason } from "@reprise/core/spi";
import { sanitise } from "@reprise/printer/text";
import { Option, type Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { CommonOptions, Session } from "../session.ts";
import { shellWord } from "../shell-word.ts";

interface Options extends CommonOptions {
  readonly reason?: InterruptReason;
  readonly message?: string;
}

/** `reprise interrupt <id>`: stops a run, whoever executes it. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .addOption(new Option("--reason <reason>", "why").choices(Object.values(InterruptReason)))
    .option("--message <text>", "why, in words: shown and recorded")
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<Options>();
      const { reason, message } = options;
      await session.withStore(options, async ({ reprise }) => {
        const held = (await reprise.head(run))?.lease === "live";
        const done = await reprise.interrupt(run, { ...(reason && { reason }), ...(message !== undefined && { message }), triggeredBy: "reprise interrupt" });
        if (!done) session.exitCode = ExitCode.FOUND;
        const text = !done ? "had ended or rests already" : held ? "is told: the process that is at it ends it" : `is interrupted; resume it to go on: reprise wake ${shellWord(run)}`;
        await session.result(options, { stateId: run, interrupted: done, ...(done && { by: held ? "its holder" : "this command" }) }, () => [`${sanitise(run)} ${text}.`]);
      });
    });
}
