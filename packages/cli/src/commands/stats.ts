import { statisticsOf } from "@reprise/core";
import { renderSummary } from "@reprise/printer";
import type { Command } from "commander";
import { recordedItems } from "../recorded-items.ts";
import type { CommonOptions, Session } from "../session.ts";

const widthElsewhere = 100;

/** `reprise stats <id>`: what a run came to, in numbers. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      const { columns, colour, glyphs } = session.terminal;
      await session.withStore(options, async ({ reprise }) => {
        const history = await reprise.history(run);
        const items = await recordedItems(reprise, run);
        await session.result(options, statisticsOf(history), () => renderSummary(items, { width: columns ?? widthElsewhere, color: colour, glyphs }));
      });
    });
}
