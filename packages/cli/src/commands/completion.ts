import { Argument, type Command } from "commander";
import { completionScript, shells, type Shell } from "../completion-script.ts";
import type { Session } from "../session.ts";

/** `reprise completion <shell>`: what a shell needs to complete the command. */
export function define(command: Command, session: Session): void {
  command
    .addArgument(new Argument("<shell>").choices(shells))
    .action((shell: Shell) => session.terminal.out(completionScript(shell, command.parent ?? command)));
}
