import { Command, Option } from "commander";
import { catalogue } from "./catalogue.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

/** The `reprise` command for these words. Parsing throws `CommanderError` instead of ending the process. */
export async function createProgram(words: readonly string[], session: Session): Promise<Command> {
  const { terminal } = session;
  const program = new Command("reprise")
    .description("Looks at recorded runs and works on them: what they did, what they wait for, where they go on.")
    .version(version, "-V, --version", "the version of reprise")
    .helpOption("-h, --help", "what can be said here")
    .addOption(new Option("-b, --backend <kind:path>", "where the runs are, fs:DIRECTORY or sqlite:FILE (default: REPRISE_BACKEND, reprise.config.*, .reprise)"))
    .addOption(new Option("-c, --config <file>", "a module that exports a Reprise and its actors"))
    .addOption(new Option("--json", "one JSON document on stdout"))
    .addOption(new Option("-y, --yes", "do not ask back"))
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true, ...(terminal.columns !== undefined && { helpWidth: terminal.columns }) })
    .addHelpText("after", exitCodes);
  // These two tell of all commands.
  const all = words.includes("help") || words.includes("completion");
  for (const { name, alias, description, load } of catalogue) {
    const command = program.command(name).description(description);
    if (alias !== undefined) command.alias(alias);
    if (all || words.includes(name) || (alias !== undefined && words.includes(alias))) (await load()).define(command, session);
  }
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
  4 somebody holds the run   5 refused   6 the storage is damaged or cannot be used
  70 a fault of reprise itself   130 Ctrl-C at a question

What goes wrong is said with a code: reprise explain CODE tells what it means and what to do.`;

/** "error: unknown option '--stauts'\n(Did you mean --status?)" as one line that says who speaks. */
function oneLine(text: string): string {
  const [first = "", second] = text.trim().replace(/^error: /u, "").split("\n");
  const hint = second?.replace(/^\(Did you mean (?:one of )?(.*)\?\)$/u, ", did you mean $1?") ?? "";
  return `reprise: ${first}${hint}`;
}
