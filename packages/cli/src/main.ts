import { CommanderError } from "commander";
import { ExitCode, exitCodeOf } from "./exit-code.ts";
import { problemOf } from "./problem-of.ts";
import { createProgram } from "./program.ts";
import { Session } from "./session.ts";
import { StoreMissingError } from "./store-missing-error.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Runs the `reprise` command with these words; gives its exit code. Never throws for what a user can do wrong.
 *
 * @example
 * ```ts
 * import { main, processTerminal } from "@reprise/cli";
 *
 * console.log(await main(["--version"], processTerminal())); // 0
 * ```
 */
export async function main(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const session = new Session(terminal);
  try {
    const program = await createProgram(words, session);
    await program.parseAsync([...words], { from: "user" });
    return session.exitCode;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
    const known = error instanceof UsageError ? ExitCode.USAGE : error instanceof StoreMissingError ? ExitCode.NOT_FOUND : await exitCodeOf(error);
    if (known === undefined) throw error;
    terminal.note(`reprise: ${problemOf(error as Error)}${placeOf(known, error as Error, session)}`);
    return known;
  }
}

const aboutTheStore: readonly ExitCode[] = [ExitCode.NOT_FOUND, ExitCode.HELD, ExitCode.STORAGE];

/** Where it was looked for or found, unless the message has said so. */
function placeOf(code: ExitCode, { message }: Error, { storeName }: Session): string {
  if (storeName === undefined || !aboutTheStore.includes(code)) return "";
  const place = storeName.slice(storeName.indexOf(":") + 1);
  return message.includes(place) ? "" : ` (${storeName})`;
}
