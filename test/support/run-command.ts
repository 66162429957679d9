import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { workspaceRoot } from "./workspace.ts";

/** What a command that ended well has written. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as a user's shell outside this workspace would. Rejects with all it has written if it fails. */
export function runCommand(command: string, args: readonly string[], options: { readonly cwd: string }): Promise<CommandOutput> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd: options.cwd, env: outsideEnvironment(), timeout: 450_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(" ")} failed in ${options.cwd}\n${stdout}\n${stderr}`));
      else resolve({ stdout, stderr });
    });
  });
}

/** Runs a line of shell with a PATH, and gives all it has written, stdout and stderr as they came, however it ended. */
export function runShell(line: string, { cwd, path }: { readonly cwd: string; readonly path: string }): Promise<string> {
  return new Promise((resolve) => {
    const environment = { ...outsideEnvironment(), PATH: path, COLUMNS: "100", TERM: "dumb", npm_config_loglevel: "error" };
    // What bash says of a program that was killed is shortened to what every shell says.
    execFile("bash", ["-c", `{ ${line}\n} 2>&1`], { cwd, env: environment, timeout: 120_000 }, (_error, stdout) => {
      resolve(stdout.replaceAll(/^bash: line \d+: +\d+ (Killed) .*$/gmu, "$1"));
    });
  });
}

/** Runs the workspace's pnpm, in the version that its manifest names, at the top of the workspace. */
export function runPnpm(...args: readonly string[]): Promise<CommandOutput> {
  const { packageManager } = JSON.parse(readFileSync(join(workspaceRoot, "package.json"), "utf8")) as { packageManager: string };
  return runCommand("npx", ["-y", packageManager, ...args], { cwd: workspaceRoot });
}

/** The environment without what pnpm and vitest add: their tools on the PATH would hide the machine's own Node. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  const { PATH = "", NODE_ENV: _environment, NODE_OPTIONS: _options, NODE: _node, ...rest } = process.env;
  const path = PATH.split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return { ...rest, PATH: path.join(delimiter), NO_COLOR: "1", DO_NOT_TRACK: "1" };
}
