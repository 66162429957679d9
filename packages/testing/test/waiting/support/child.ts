import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A process of its own that says what it does, a line of JSON each. */
export interface Child {
  readonly pid: number;
  readonly lines: unknown[];
  /** Resolves when the process has ended by itself, with its exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts a program of this folder; it does not outlive the test. */
export function start(program: URL, ...rest: readonly string[]): Child {
  const child = spawn(process.execPath, ["--conditions=@reprise/source", fileURLToPath(program), ...rest], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: unknown[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  return { pid: child.pid ?? 0, lines, ended: new Promise((resolve) => child.once("close", (code) => resolve(code))) };
}

/** A directory that is removed after the test. */
export async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-waiting-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
