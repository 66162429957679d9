import type { PendingWait, StateHead } from "@reprise/core";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { jsonFrom } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";

interface AnswerOptions extends CommonOptions {
  readonly id?: string;
}

/** An answer may come before its wait. It may also be misspelt. */
function notAsked(open: readonly PendingWait[]): string {
  return `, which does not ask for it now (${open.length === 0 ? "it waits for nothing" : `it waits for ${open.map(({ address }) => sanitise(address)).join(", ")}`})`;
}

function goesOn(head: StateHead | undefined): string {
  return head?.lease === "live" ? "the process that is at it takes it" : "it is taken when the run is resumed";
}

/** `reprise answer <id> <wait> <json>`: what a run waits for. */
export function define(command: Command, session: Session): void {
  command
    .argument("<run>")
    .argument("<wait>", "its name, address or token")
    .argument("<json>", "the answer, e.g. true or '\"yes\"'", jsonFrom)
    .option("--id <id>", "names the answer: given again, it is the same and changes nothing")
    .action(async (run: string, wait: string, value: unknown, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<AnswerOptions>();
      await session.withStore(options, async ({ reprise }) => {
        const open = await reprise.pending(run);
        await reprise.answer(run, wait, value, options.id === undefined ? {} : { answerId: options.id });
        const head = await reprise.head(run);
        const asked = open.some(({ name, address, token }) => [name, address, token].includes(wait));
        await session.result(options, { stateId: run, wait, kept: true, asked }, () => [`The answer to ${sanitise(wait)} is kept for ${sanitise(run)}${asked || head?.lease === "live" ? "" : notAsked(open)}: ${goesOn(head)}.`]);
      });
    });
}
