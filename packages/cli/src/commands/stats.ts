import { statisticsOf } from "@reprise/core";
import { renderSummary } from "@reprise/printer";
import type { Command } from "commander";
import type { CommonOptions, Session } from "../session.ts";

const widthElsewhere = 100;

/** `reprise stats <id>`: what a run came to, in numbers. */
export function statsCommand(program: Command, session: Session): void {
  program
    .command("stats <run>")
    .description("what a run came to: calls by status, retries, time saved, errors")
    .action(async (run: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      const { columns, colour, glyphs } = session.terminal;
      await session.withStore(options, async ({ reprise }) => {
        const history = await reprise.history(run);
        session.result(options, statisticsOf(history), () => renderSummary(history.events(), { width: columns ?? widthElsewhere, color: colour, glyphs }));
      });
    });
}
