import { sanitise } from "@reprise/printer/text";
import type { WokenRun } from "@reprise/core";
import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { CommonOptions, Session } from "../session.ts";
import { UsageError } from "../usage-error.ts";

/** `reprise wake`: resumes what is due. */
export function define(command: Command, session: Session): void {
  command
    .action(async (_options: unknown, used: Command) => {
      const options = used.optsWithGlobals<CommonOptions>();
      await session.withStore(options, async ({ reprise, actors, name }) => {
        if (actors.length === 0) throw new UsageError(`wake needs actors to resume runs with: export them as "actors" from a reprise.config.ts (${name} gives none)`);
        const woken = await reprise.wake(actors);
        if (woken.some((run) => resultOf(run) === "failed")) session.exitCode = ExitCode.FOUND;
        await session.result(options, woken.map(documentOf), () => (woken.length === 0 ? ["nothing is due"] : woken.map((run) => `${sanitise(run.stateId)} ${resultOf(run)}${reasonOf(run)}`)));
      });
    });
}

function resultOf(run: WokenRun): string {
  return "error" in run ? "failed" : run.outcome.status;
}

function reasonOf(run: WokenRun): string {
  const error = "error" in run ? run.error : run.outcome.status === "failed" ? run.outcome.error : undefined;
  return error === undefined ? "" : `: ${sanitise(error.message)}`;
}

function documentOf(run: WokenRun): object {
  const reason = reasonOf(run).slice(2);
  return { stateId: run.stateId, status: resultOf(run), ...(reason !== "" && { error: reason }) };
}
