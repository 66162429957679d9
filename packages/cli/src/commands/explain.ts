import type { Command } from "commander";
import { errorPage, errorPages, type ErrorPage } from "../error-pages.ts";
import type { CommonOptions, Session } from "../session.ts";
import { tableLines, type Column } from "../table.ts";

const columns: readonly Column<ErrorPage>[] = [
  { title: "CODE", text: ({ code }) => code },
  { title: "MEANING", text: ({ meaning }) => meaning },
];

/** `reprise explain [code]`: what a code of an error means and what to do about it; without one, all codes. */
export function define(command: Command, session: Session): void {
  command
    .argument("[code]")
    .action(async (code: string | undefined, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      if (code !== undefined) {
        const page = await errorPage(code);
        await session.result(options, page, () => page.text.trimEnd().split("\n"));
        return;
      }
      const pages = await errorPages();
      const { columns: width, glyphs } = session.terminal;
      await session.result(options, { codes: pages.map(({ code: each, meaning }) => ({ code: each, meaning })) }, () => tableLines(pages, columns, width, glyphs === "unicode" ? "…" : "..."));
    });
}
