import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

/** An example that is run by itself. */
export interface Script {
  /** `docs/guides/retries.md:12` */
  readonly at: string;
  readonly code: string;
  readonly extension: "mts" | "mjs";
}

/** What a script did. */
export interface ScriptRun {
  /** What it printed, a line each. */
  readonly printed: readonly string[];
  /** What it threw. */
  readonly threw: string | undefined;
}

// One process for all: starting one for each would be most of the time. They run one after the other, each in its own folder and with a console of its own.
const runner = `
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
const [result, ...scripts] = process.argv.slice(2);
const runs = [];
for (const script of scripts) {
  const run = { printed: [] };
  for (const level of ["log", "info", "warn", "error"]) console[level] = (...words) => void run.printed.push(...format(...words).split("\\n"));
  process.chdir(dirname(script));
  try {
    await import(pathToFileURL(script).href);
  } catch (error) {
    run.threw = String(error?.stack ?? error);
  }
  runs.push(run);
}
writeFileSync(result, JSON.stringify(runs));
process.exit(0);
`;

/** Runs scripts in a project, and gives what each did. */
export async function runScripts(folder: string, scripts: readonly Script[]): Promise<readonly ScriptRun[]> {
  const files = scripts.map(({ extension }, index) => join(folder, String(index), `script.${extension}`));
  for (const [index, file] of files.entries()) {
    await mkdir(join(folder, String(index)));
    await writeFile(file, `${scripts[index]?.code ?? ""}\nexport {};\n`);
  }
  await writeFile(join(folder, "run.mjs"), runner);
  const result = join(folder, "runs.json");
  await runCommand(process.execPath, ["--conditions=@reprise/source", "run.mjs", result, ...files], { cwd: folder });
  return JSON.parse(await readFile(result, "utf8")) as readonly ScriptRun[];
}

/** What a script says that it prints, where that is always the same: `console.log(…); // this`. */
export function saidIn(code: string): readonly string[] {
  return [...code.matchAll(/^ *(?:if \([^()]*\) )?console\.log\(.*\); \/\/ (?<said>.*)$/gmu)].map(({ groups }) => groups?.["said"] ?? "");
}

/** What is wrong with what a script did: it threw, or what it says is not what it printed, in that order and as often. Quotes, blanks and the brackets of lists are no difference. */
export function faultsOf({ at, code }: Script, run: ScriptRun | undefined): readonly string[] {
  if (run === undefined) return [`${at} was not run`];
  if (run.threw !== undefined) return [`${at} threw ${run.threw}`];
  const bare = (text: string): string => text.replaceAll(/["'`\s[\]]/gu, "");
  const said = saidIn(code).map(bare);
  const printed = run.printed.map(bare).filter((line) => said.includes(line));
  return said.join("\n") === printed.join("\n") ? [] : [`${at} says ${JSON.stringify(saidIn(code))}, but printed ${JSON.stringify(run.printed)}`];
}
