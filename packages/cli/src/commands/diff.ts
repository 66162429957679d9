import { diffToText, type DiffSide } from "@reprise/core";
import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import { countFrom } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";

/** `reprise diff <a> <b>`: what differs between two runs, or two positions of one. */
export function define(command: Command, session: Session): void {
  command
    .argument("<a>", "RUN, or RUN@SEQ for what it was at a record or checkpoint")
    .argument("<b>", "the same, or @SEQ for the same run")
    .action(async (a: string, b: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      await session.withStore(options, async ({ reprise }) => {
        const from = sideOf(a);
        const difference = await reprise.diff(from, sideOf(b.startsWith("@") ? `${from.stateId}${b}` : b));
        await session.result(options, difference, () => diffToText(difference).split("\n"));
        if (!difference.equal) session.exitCode = ExitCode.FOUND;
      });
    });
}

function sideOf(text: string): Exclude<DiffSide, { readonly calls: unknown }> & { readonly stateId: string } {
  const at = text.lastIndexOf("@");
  return at < 1 ? { stateId: text } : { stateId: text.slice(0, at), at: countFrom(text.slice(at + 1)) };
}
