import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program, to be started by somebody else. */
export const bin = fileURLToPath(new URL("../../src/bin.ts", import.meta.url));

/** Stripping the types of all sources anew would be most of the time of each process. */
export const compiledCache = join(tmpdir(), "reprise-cli-compiled");

/** What a process of the command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Where what it prints goes instead of to us: to a file that is open, or to somebody who has stopped reading. */
  readonly stdout?: number | "unread";
  /** What Node is told besides, e.g. modules to load first. */
  readonly node?: readonly string[];
}

/** Runs `reprise` as a process of its own, from its sources, without anything of this process's environment that it reads. */
export function runReprise(words: readonly string[], { cwd, environment = {}, input = "", stdout: outside, node = [] }: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=@reprise/source", ...node, bin, ...words], { ...(cwd !== undefined && { cwd }), stdio: ["pipe", typeof outside === "number" ? outside : "pipe", "pipe"], env: { PATH: process.env["PATH"], LANG: "C.UTF-8", NODE_COMPILE_CACHE: compiledCache, ...environment } });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    if (outside === "unread") child.stdout?.destroy();
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin?.end(input);
  });
}
