import { createInterface } from "node:readline";
import { inspect } from "node:util";
import { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { usableColumns } from "./usable-columns.ts";

/**
 * The process the command runs in; the only file here that reads the environment, the clock or a stream.
 *
 * @example
 * ```ts
 * import { main, processTerminal } from "@reprise/cli";
 *
 * const lines: string[] = [];
 * const code = await main(["--version"], { ...processTerminal(), out: (text) => lines.push(text) });
 * console.log(code, lines.length); // 0 1
 * ```
 */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(`${text}\n`),
    outBytes: (bytes) => void stdout.write(bytes),
    note: (text) => void stderr.write(`${text}\n`),
    columns: usableColumns(stdout),
    colour: colourWanted(),
    glyphs: glyphsOfLocale(),
    ask: stdin.isTTY && stderr.isTTY ? (question) => askOn(question, stdin, stderr) : undefined,
    // When it is asked for: it may be gone, and not everything needs it.
    get directory() {
      return workingDirectory();
    },
    environment,
    now: () => Date.now(),
    onInterrupt: (listener) => {
      process.once("SIGINT", listener);
      stdout.once("error", listener);
      return () => {
        process.off("SIGINT", listener);
        stdout.off("error", listener);
      };
    },
  };
}

/**
 * Lets a command end by itself where nobody takes what it prints: what it was to change must be changed all the same. Whoever reads the output may
 * stop reading (`reprise list | head`), which is no failure; a full disk is one.
 */
export function outliveOutput(): void {
  let told = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || told) return;
    told = true;
    process.stderr.write(`reprise: what was printed could not be written: ${error.message}\n`);
    process.once("exit", (code) => {
      // What went wrong besides has a code of its own.
      if (code < ExitCode.USAGE) process.exitCode = ExitCode.STORAGE;
    });
  });
  // There is nobody left to be told.
  process.stderr.on("error", () => undefined);
}

/** Of what nobody has foreseen a stack is wanted, and an exit code that means nothing else. */
export function tellFault(error: unknown): ExitCode {
  process.stderr.write(`${inspect(error)}\n`);
  return ExitCode.FAULT;
}

/** Asks on a terminal and gives the line that is typed: an empty one where the input ends instead, undefined where Ctrl-C is pressed. */
export function askOn(question: string, input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Not the promises of readline: there Ctrl-C is an error, and the end of the input is waited for for ever by some Nodes.
    const lines = createInterface({ input, output });
    const withoutLine = (answer: string | undefined): void => {
      resolve(answer);
      // What is said next stands on a line of its own.
      output.write("\n");
      lines.close();
    };
    const ended = (): void => withoutLine("");
    lines.once("close", ended);
    lines.once("SIGINT", () => {
      lines.off("close", ended);
      withoutLine(undefined);
    });
    lines.question(question, (line) => {
      lines.off("close", ended);
      lines.close();
      resolve(line);
    });
  });
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new UsageError(`the working directory cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** A variable of the environment; an empty one counts as not set. */
function environment(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/** `NO_COLOR`, then `FORCE_COLOR`, then whether stdout is a terminal. */
function colourWanted(): boolean {
  if (environment("NO_COLOR") !== undefined) return false;
  const forced = environment("FORCE_COLOR");
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return process.stdout.isTTY && environment("TERM") !== "dumb";
}

/** Unicode where the locale is UTF-8; Windows has no locale variables, and the terminals that set these draw it. */
function glyphsOfLocale(): "unicode" | "ascii" {
  const locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG");
  const known = environment("WT_SESSION") ?? environment("TERM_PROGRAM");
  return (locale === undefined ? known !== undefined : /utf-?8/iu.test(locale)) ? "unicode" : "ascii";
}
