import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const sources = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** How a real process of the demo ended. */
export interface DemoEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The object of `--json`. */
  readonly json: Readonly<Record<string, unknown>> & DemoJson;
}

/** What tests read of it. */
export interface DemoJson {
  readonly status: string;
  readonly run: string;
  readonly kill: { readonly journalWrite: number } | null;
  readonly handlers: { readonly completedBefore: number; readonly openBefore: number; readonly ranAgain: number; readonly completedNow: number };
  readonly journalWrites: number;
  readonly retries: number;
  readonly problem: { readonly code: string; readonly message: string };
  readonly continueWith: string;
}

/** Node reads the sources of the demo; what it compiled it keeps here, so that only the first of many processes is slow. */
export const nodeSettings = { NODE_OPTIONS: "--conditions=@reprise/source", NODE_NO_WARNINGS: "1", NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)) };

/** The environment of a demo process: the Node that runs the tests, and nothing of the caller's settings. */
export function demoEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { OPENAI_BASE_URL: _url, OPENAI_API_KEY: _key, REPRISE_BACKEND: _backend, npm_lifecycle_event: _event, FORCE_COLOR: _color, ...rest } = process.env;
  const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`;
  return { ...rest, PATH: path, ...nodeSettings, NO_COLOR: "1", ...more };
}

/** Runs the demo with these words and waits for its end. */
export function runDemo(words: readonly string[], options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {}): Promise<DemoEnd> {
  return runCommand(process.execPath, [sources, ...words], options);
}

/** Runs a command line exactly as it was printed. */
export function runLine(line: string, options: { readonly cwd?: string } = {}): Promise<DemoEnd> {
  return runCommand("sh", ["-c", line], options);
}

function runCommand(file: string, words: readonly string[], { env, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string }): Promise<DemoEnd> {
  const child = spawn(file, words, { env: demoEnvironment(env), stdio: ["ignore", "pipe", "pipe"], ...(cwd === undefined ? {} : { cwd }) });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      resolve({
        exitCode,
        stdout,
        stderr,
        // Parsed when asked for: whoever asks expects JSON and nothing else.
        get json() {
          return JSON.parse(stdout) as DemoEnd["json"];
        },
      });
    });
  });
}
