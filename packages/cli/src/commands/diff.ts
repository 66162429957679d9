import { diffToText, type DiffSide, type Reprise } from "@reprise/core";
import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { CommonOptions, Session } from "../session.ts";
import { UsageError } from "../usage-error.ts";

/** `reprise diff <a> <b>`: what differs between two runs, or two positions of one. */
export function define(command: Command, session: Session): void {
  command
    .argument("<a>", "RUN, or RUN@SEQ for what it was at a record or checkpoint, unless there is a run of that very name")
    .argument("<b>", "the same, or @SEQ for the same run")
    .action(async (a: string, b: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      await session.withStore(options, async ({ reprise }) => {
        const from = await sideOf(reprise, a);
        const to = await sideOf(reprise, b, from.stateId);
        const difference = await reprise.diff(from, to);
        await session.result(options, difference, () => diffToText(difference).split("\n"));
        if (!difference.equal) session.exitCode = ExitCode.FOUND;
      });
    });
}

type Side = Exclude<DiffSide, { readonly calls: unknown }> & { readonly stateId: string };

/** `same` is the run that `@SEQ` is a position of. */
async function sideOf(reprise: Reprise, text: string, same = ""): Promise<Side> {
  const { run, seq } = /^(?<run>.*)@(?<seq>\d+)$/su.exec(text)?.groups ?? {};
  const stateId = run || same;
  // An id may read like a position: "user@2" is a good one.
  if (seq === undefined || stateId === "" || (await reprise.head(text)) !== undefined) return { stateId: text };
  return { stateId, at: seqFrom(seq, text) };
}

function seqFrom(digits: string, text: string): number {
  const seq = Number(digits);
  if (!(Number.isSafeInteger(seq) && seq >= 1)) throw new UsageError(`diff takes RUN or RUN@SEQ, SEQ being a whole number from 1, got ${JSON.stringify(text)}`);
  return seq;
}
