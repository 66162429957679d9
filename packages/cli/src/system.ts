import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

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
    columns: stdout.isTTY ? stdout.columns : undefined,
    colour: colourWanted(),
    glyphs: glyphsOfLocale(),
    ask: stdin.isTTY && stderr.isTTY ? askOnTerminal : undefined,
    directory: process.cwd(),
    environment,
    now: () => Date.now(),
    onInterrupt: (listener) => {
      process.once("SIGINT", listener);
      return () => process.off("SIGINT", listener);
    },
  };
}

/** Whoever reads the output may stop reading (`reprise list | head`): that is the end of the command, not a failure. */
export function endWithBrokenPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

async function askOnTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
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
