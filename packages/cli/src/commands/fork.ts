import type { ForkOptions } from "@reprise/core";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { planLines } from "../plan-lines.ts";
import { collected, pinFrom } from "../parse-words.ts";
import { addPoint, namedPoint, type PointOptions } from "../point.ts";
import type { CommonOptions, Session } from "../session.ts";
import { shellWord } from "../shell-word.ts";

interface Options extends CommonOptions, PointOptions {
  readonly id?: string;
  readonly pin?: Readonly<Record<string, unknown>>;
  readonly allowRepeat?: string[];
  readonly dryRun?: boolean;
}

/** `reprise fork <id> --from …`: a new run that begins like this one. */
export function define(command: Command, session: Session): void {
  addPoint(command.argument("<run>"))
    .option("--id <id>", "of the new run")
    .option("--pin <address=json>", "this call ends with this value instead of running (once for each)", pinFrom)
    .option("--allow-repeat <address>", "this call may happen again although it must not by itself (once for each)", collected)
    .option("--dry-run", "only show the plan")
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<Options>();
      const at = namedPoint(options);
      await session.withStore(options, async ({ reprise }) => {
        if (at !== undefined) {
          const plan = await reprise.plan(run, at);
          if (options.dryRun === true) return session.result(options, { plan, done: false }, () => planLines(plan));
          if (options.json !== true) for (const line of planLines(plan)) session.terminal.out(line);
          if (!(await session.confirmed(options, `Fork ${run} at record ${plan.position}?`))) return undefined;
        }
        const { stateId, lineage, plan } = await reprise.fork(run, forkOptions(options));
        return session.result(options, { stateId, lineage, plan, done: true }, () => [`Done: ${sanitise(stateId)} has records 1 to ${plan.position} of ${sanitise(run)} and is paused; resume it to go on: reprise wake ${shellWord(stateId)}`]);
      });
    });
}

function forkOptions(options: Options): ForkOptions {
  const at = namedPoint(options);
  const { id, pin, allowRepeat } = options;
  return { ...(at && { at }), ...(id !== undefined && { stateId: id }), ...(pin && { pin }), ...(allowRepeat && { allowRepeat }) };
}
