import { sanitise } from "@reprise/printer/text";
import type { WakeOptions, WokenRun } from "@reprise/core";
import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import { collected } from "../parse-words.ts";
import type { CommonOptions, Session } from "../session.ts";
import { shellWord } from "../shell-word.ts";
import { UsageError } from "../usage-error.ts";

interface Options extends CommonOptions {
  readonly allowRepeat?: string[];
}

/** `reprise wake [run...]`: resumes what can go on, or the runs that are named. */
export function define(command: Command, session: Session): void {
  command
    .argument("[runs...]", "these runs, also paused and interrupted ones (default: every run that can go on)")
    .option("--allow-repeat <address>", "this call may happen again although it must not by itself (once for each; needs runs)", collected)
    .action(async (runs: readonly string[], _options: unknown, used: Command) => {
      const options = used.optsWithGlobals<Options>();
      const { allowRepeat } = options;
      if (allowRepeat !== undefined && runs.length === 0) throw new UsageError("--allow-repeat needs the runs in which the call may happen again: reprise wake RUN --allow-repeat ADDRESS");
      await session.withStore(options, async ({ reprise, actors, name }) => {
        if (actors.length === 0) throw new UsageError(`wake needs actors to resume runs with: export them as "actors" from a reprise.config.ts (${name} gives none)`);
        const woken = await reprise.wake(actors, wakeOptions(runs, allowRepeat));
        const [first] = woken;
        // Whoever names one run is told what is wrong with it as by every other command.
        if (runs.length === 1 && first !== undefined && "error" in first) throw first.error;
        if (woken.some((run) => resultOf(run) === "failed")) session.exitCode = ExitCode.FOUND;
        await session.result(options, woken.map(documentOf), () => (woken.length === 0 ? ["nothing to resume: no run is due, and none was left in the middle"] : woken.map((run) => `${sanitise(run.stateId)} ${resultOf(run)}${reasonOf(run)}`)));
      });
    });
}

function wakeOptions(runs: readonly string[], allowRepeat: readonly string[] | undefined): WakeOptions {
  return { ...(runs.length > 0 && { stateIds: runs }), ...(allowRepeat && { allowRepeat }) };
}

function resultOf(run: WokenRun): string {
  return "error" in run ? "failed" : run.outcome.status;
}

function reasonOf(run: WokenRun): string {
  const error = "error" in run ? run.error : run.outcome.status === "failed" ? run.outcome.error : undefined;
  if (error === undefined) return "";
  const address = "code" in error && error.code === "OUTCOME_UNKNOWN" && "address" in error ? String(error.address) : undefined;
  const hint = address === undefined ? "" : ` (here: reprise wake ${shellWord(run.stateId)} --allow-repeat ${shellWord(address)})`;
  return `: ${sanitise(error.message + hint)}`;
}

function documentOf(run: WokenRun): object {
  const reason = reasonOf(run).slice(2);
  return { stateId: run.stateId, status: resultOf(run), ...(reason !== "" && { error: reason }) };
}
