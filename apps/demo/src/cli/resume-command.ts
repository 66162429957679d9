import { resolve } from "node:path";
import { readJournal } from "../journal-facts.ts";
import { chooseModel } from "../triage/choose-model.ts";
import type { ResumeCommand } from "./command.ts";
import { finish } from "./finish.ts";
import type { Output } from "./output.ts";
import { playAudit } from "./play-audit.ts";
import { openStateDirectory, StateDirectoryError } from "./state-directory.ts";

/** Continues a run in a new process; gives the exit code. */
export async function resumeCommand(command: ResumeCommand, output: Output): Promise<number> {
  const model = chooseModel();
  const state = await openStateDirectory(command.stateDirectory, { create: false });
  const { run } = command;
  const before = await readJournal(state.runs, run);
  if (before.request === undefined) throw new StateDirectoryError("NOT_FOUND", `run ${run} ended before its audit began: start a new one`);
  // What is given here and differs from what is recorded is refused by Reprise: a run keeps its input.
  const request = {
    directory: command.directory === undefined ? before.request.directory : resolve(command.directory),
    seed: command.seed ?? before.request.seed,
  };
  output.line(`Run ${run}: ${before.completed.size} handlers completed, ${before.open.size} had started; triage by ${model.label}`);
  const end = await playAudit(
    {
      state,
      run,
      request,
      view: command.view,
      killAt: command.crashAt === "never" ? undefined : { write: command.crashAt },
      stayDead: command.stayDead,
      allowRepeat: command.allowRepeat,
      before,
    },
    output,
  );
  return finish({ state, run, end, resumable: true }, output);
}
