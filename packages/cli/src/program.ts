import { Command, Option } from "commander";
import { answerCommand } from "./commands/answer.ts";
import { checkpointsCommand } from "./commands/checkpoints.ts";
import { completionCommand } from "./commands/completion.ts";
import { deleteCommand } from "./commands/delete.ts";
import { diffCommand } from "./commands/diff.ts";
import { eventsCommand } from "./commands/events.ts";
import { exportCommand } from "./commands/export.ts";
import { forkCommand } from "./commands/fork.ts";
import { importCommand } from "./commands/import.ts";
import { listCommand } from "./commands/list.ts";
import { pendingCommand } from "./commands/pending.ts";
import { rewindCommand } from "./commands/rewind.ts";
import { showCommand } from "./commands/show.ts";
import { statsCommand } from "./commands/stats.ts";
import { verifyCommand } from "./commands/verify.ts";
import { wakeCommand } from "./commands/wake.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

const commands = [
  listCommand, showCommand, eventsCommand, statsCommand, checkpointsCommand, diffCommand,
  pendingCommand, answerCommand, wakeCommand,
  rewindCommand, forkCommand,
  exportCommand, importCommand, verifyCommand, deleteCommand,
  completionCommand,
] as const;

/** The `reprise` command with everything below it. Parsing throws `CommanderError` instead of ending the process. */
export function createProgram(session: Session): Command {
  const { terminal } = session;
  const program = new Command("reprise")
    .description("Looks at recorded runs and works on them: what they did, what they wait for, where they go on.")
    .version(version, "-V, --version", "the version of reprise")
    .helpOption("-h, --help", "what can be said here")
    .addOption(new Option("-b, --backend <kind:path>", "where the runs are, e.g. fs:.reprise (default: REPRISE_BACKEND, reprise.config.*, .reprise)"))
    .addOption(new Option("-c, --config <file>", "a module that exports a Reprise and its actors"))
    .addOption(new Option("--json", "one JSON document on stdout"))
    .addOption(new Option("-y, --yes", "do not ask back"))
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true, ...(terminal.columns !== undefined && { helpWidth: terminal.columns }) })
    .addHelpText("after", exitCodes);
  for (const add of commands) add(program, session);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text) => terminal.note(oneLine(text)),
    });
  }
  return program;
}

const exitCodes = `
Exit codes:
  0 done   1 done, and there is something to see   2 wrong use   3 not found
  4 somebody holds the run   5 refused   6 the storage is damaged or cannot be used`;

/** "error: unknown option '--stauts'\n(Did you mean --status?)" as one line that says who speaks. */
function oneLine(text: string): string {
  const [first = "", second] = text.trim().replace(/^error: /u, "").split("\n");
  const hint = second?.replace(/^\(Did you mean (?:one of )?(.*)\?\)$/u, ", did you mean $1?") ?? "";
  return `reprise: ${first}${hint}`;
}
