import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

/** What an example did. */
export interface ExampleRun {
  /** What it printed, a line each. */
  readonly printed: readonly string[];
  /** What it threw. */
  readonly threw: string | undefined;
}

// One process for all: starting one for each would be most of the time. Each gets what it printed to itself, because they run one after the other.
const runner = `
import { writeFileSync } from "node:fs";
import { format } from "node:util";
const runs = {};
for (const file of process.argv.slice(2)) {
  const printed = [];
  for (const level of ["log", "info", "warn", "error"]) console[level] = (...words) => printed.push(...format(...words).split("\\n"));
  let threw;
  try {
    await import("./" + file);
  } catch (error) {
    threw = String(error?.stack ?? error);
  }
  runs[file] = { printed, threw };
  writeFileSync("runs.json", JSON.stringify(runs));
}
process.exit(0);
`;

/** Runs programs of a folder one after the other, and gives by name what each did. */
export async function runExamples(folder: string, files: readonly string[]): Promise<Readonly<Record<string, ExampleRun>>> {
  await writeFile(join(folder, "run.mjs"), runner);
  await runCommand(process.execPath, ["--conditions=@reprise/source", "run.mjs", ...files], { cwd: folder });
  return JSON.parse(await readFile(join(folder, "runs.json"), "utf8")) as Readonly<Record<string, ExampleRun>>;
}

/** What a program says that it prints, where that is always the same: `console.log(…); // this`. */
export function promisedLines(code: string): readonly string[] {
  return [...code.matchAll(/^ *console\.log\(.*\); \/\/ (?<said>.*)$/gmu)].map(({ groups }) => groups?.["said"] ?? "");
}

/** What is promised and was not printed, in that order; quotes, blanks and the brackets of lists are no difference. */
export function notPrinted(code: string, { printed }: ExampleRun): readonly string[] {
  const bare = (text: string): string => text.replaceAll(/["'`\s[\]]/gu, "");
  let from = 0;
  return promisedLines(code).filter((said) => {
    const at = printed.findIndex((line, index) => index >= from && bare(line) === bare(said));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}
