import type { RewindOptions, TimelinePoint } from "@reprise/core";
import { sanitise } from "@reprise/printer/text";
import type { Command } from "commander";
import { planLines } from "../plan-lines.ts";
import { collected } from "../parse-words.ts";
import { addPoint, pointOf, type PointOptions } from "../point.ts";
import type { CommonOptions, Session } from "../session.ts";
import { shellWord } from "../shell-word.ts";

interface Options extends CommonOptions, PointOptions {
  readonly allowRepeat?: string[];
  readonly dryRun?: boolean;
}

/** `reprise rewind <id> --from …`: goes back to a point. */
export function define(command: Command, session: Session): void {
  addPoint(command.argument("<run>"))
    .option("--allow-repeat <address>", "this call may happen again although it must not by itself (once for each)", collected)
    .option("--dry-run", "only show the plan")
    .action(async (run: string, _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<Options>();
      const point = pointOf(options);
      await session.withStore(options, async ({ reprise }) => {
        const plan = await reprise.plan(run, point);
        if (options.dryRun === true) return session.result(options, { plan, done: false }, () => planLines(plan));
        if (options.json !== true) for (const line of planLines(plan)) session.terminal.out(line);
        if (!(await session.confirmed(options, `Rewind ${run} to record ${plan.position}?`))) return undefined;
        const done = await reprise.rewind(run, point satisfies TimelinePoint, rewindOptions(options));
        return session.result(options, { plan: done, done: true }, () => [`Done: ${sanitise(run)} is paused at record ${done.position}; resume it to go on: reprise wake ${shellWord(run)}`]);
      });
    });
}

function rewindOptions({ allowRepeat }: Options): RewindOptions {
  return allowRepeat === undefined ? {} : { allowRepeat };
}
