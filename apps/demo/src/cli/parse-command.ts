import { parseArgs } from "node:util";
import { backendNames, type BackendName, type Command, type CommonOptions } from "./command.ts";
import type { View } from "../view.ts";
import { nearest } from "./nearest.ts";
import { defaultStateDirectory } from "./state-directory.ts";
import { UsageError } from "./usage-error.ts";

const optionTypes = {
  dir: { type: "string" },
  backend: { type: "string" },
  "state-dir": { type: "string" },
  "crash-at": { type: "string" },
  "no-kill": { type: "boolean" },
  "no-resume": { type: "boolean" },
  seed: { type: "string" },
  "allow-repeat": { type: "string", multiple: true },
  verbose: { type: "boolean" },
  quiet: { type: "boolean" },
  fast: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
type OptionName = keyof typeof optionTypes;

const commands = ["resume", "list", "flow"] as const;
type CommandName = "demo" | (typeof commands)[number];

const optionsOf: Readonly<Record<CommandName, readonly OptionName[]>> = {
  demo: ["dir", "backend", "state-dir", "crash-at", "no-kill", "no-resume", "seed", "verbose", "quiet", "json", "help"],
  resume: ["dir", "backend", "state-dir", "crash-at", "no-resume", "seed", "allow-repeat", "verbose", "quiet", "json", "help"],
  list: ["backend", "state-dir", "json", "help"],
  flow: ["state-dir", "fast", "json", "help"],
};

/** Reads the command line; throws `UsageError` with the nearest valid word for what it does not know. */
export function parseCommand(words: readonly string[], environment: (name: string) => string | undefined): Command {
  // Not strict, because node's own messages fill several lines and suggest nothing.
  const { values, positionals, tokens } = parseArgs({ args: [...words], options: optionTypes, allowPositionals: true, strict: false, tokens: true });
  const options = tokens.filter((token) => token.kind === "option");
  // First of all, because the value of an unknown option looks like a command.
  for (const { name, rawName } of options) checkKnown(name, rawName);
  const name = commandName(positionals);
  for (const option of options) checkOption(name, option.name as OptionName, option.rawName, option.value);
  if (values.help === true) return { name: "help" };

  if (name === "flow") return { name, stateDirectory: typeof values["state-dir"] === "string" ? values["state-dir"] : defaultStateDirectory, json: values.json === true, fast: values.fast === true };
  const text = (option: OptionName): string | undefined => (typeof values[option] === "string" ? values[option] : undefined);
  const backend = backendOf(text("backend"), environment("REPRISE_BACKEND"));
  const common: CommonOptions = { stateDirectory: text("state-dir") ?? defaultStateDirectory, json: values.json === true };
  const shared = { ...common, directory: text("dir"), view: viewOf(values.verbose === true, values.quiet === true) };
  const seed = wholeNumber("--seed", text("seed"), 0);
  const crashAt = wholeNumber("--crash-at", text("crash-at"), 1);
  const stayDead = values["no-resume"] === true;

  if (name === "demo") {
    if (crashAt !== undefined && values["no-kill"] === true) throw new UsageError("--crash-at and --no-kill exclude each other");
    const never = values["no-kill"] === true || backend === "memory";
    if (crashAt !== undefined && backend === "memory") throw new UsageError("--crash-at needs --backend fs: a killed process takes its memory with it");
    if (stayDead && never) throw new UsageError("--no-resume needs a kill to follow");
    return { name, ...shared, backend, seed: seed ?? 1, crashAt: never ? "never" : (crashAt ?? "middle"), stayDead };
  }
  if (backend === "memory") throw new UsageError(`${name} needs --backend fs: memory keeps no runs`);
  if (name === "list") return { name, ...common };
  const allowRepeat = (values["allow-repeat"] ?? []).filter((address) => typeof address === "string");
  if (stayDead && crashAt === undefined) throw new UsageError("--no-resume needs a kill to follow");
  return { name, ...shared, run: runOf(positionals), seed, crashAt: crashAt ?? "never", stayDead, allowRepeat };
}

function commandName(positionals: readonly string[]): CommandName {
  const [word, ...rest] = positionals;
  if (word === undefined) return "demo";
  const known = commands.find((command) => command === word);
  if (known === undefined) throw new UsageError(`unknown command "${word}"${suggestion(nearest(word, commands), "resume <id>, list and flow are known")}`);
  const extra = rest[known === "resume" ? 1 : 0];
  if (extra !== undefined) throw new UsageError(`${known} does not take "${extra}"`);
  return known;
}

function runOf([, run]: readonly string[]): string {
  if (run === undefined || run === "") throw new UsageError("resume needs the id of a run; list shows them");
  return run;
}

function checkKnown(name: string, typed: string): void {
  if (Object.hasOwn(optionTypes, name)) return;
  const near = nearest(name, Object.keys(optionTypes));
  throw new UsageError(`unknown option ${typed}${suggestion(near === undefined ? undefined : `--${near}`, "--help shows the options")}`);
}

function checkOption(command: CommandName, option: OptionName, typed: string, value: string | undefined): void {
  if (!optionsOf[command].includes(option)) throw new UsageError(`${command === "demo" ? "the demo" : command} does not take ${typed}`);
  const takesText = optionTypes[option].type === "string";
  if (takesText && (value === undefined || value === "")) throw new UsageError(`${typed} needs a value`);
  if (!takesText && value !== undefined) throw new UsageError(`${typed} takes no value, got "${value}"`);
}

function backendOf(option: string | undefined, variable: string | undefined): BackendName {
  const [source, value] = option === undefined ? ["REPRISE_BACKEND", variable ?? "fs"] : ["--backend", option];
  const known = backendNames.find((candidate) => candidate === value);
  if (known !== undefined) return known;
  const near = nearest(value, backendNames);
  throw new UsageError(`${source} must be ${backendNames.join(" or ")}, got "${value}"${near === undefined ? "" : `: did you mean "${near}"?`}`);
}

function viewOf(verbose: boolean, quiet: boolean): View {
  if (verbose && quiet) throw new UsageError("--verbose and --quiet exclude each other");
  return verbose ? "events" : quiet ? "nothing" : "progress";
}

function wholeNumber(option: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,15}$/u.test(value) ? Number(value) : Number.NaN;
  if (number >= least) return number;
  throw new UsageError(`${option} must be a whole number from ${least}, got "${value}"`);
}

function suggestion(near: string | undefined, otherwise: string): string {
  return near === undefined ? `: ${otherwise}` : `: did you mean ${near}?`;
}
