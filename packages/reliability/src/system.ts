import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { VitestCall } from "./vitest-call.ts";

const workspace = fileURLToPath(new URL("../../..", import.meta.url));

/** Everything the runner reads from and does to its surroundings. */
export const system = {
  words: process.argv.slice(2),
  /** Milliseconds. */
  now: (): number => performance.now(),
  write: (text: string): void => void process.stdout.write(text),
  fail: (): void => void (process.exitCode = 1),
  /** Runs vitest with its output shown as it comes; resolves with that output and its exit code. */
  vitest({ words, environment }: VitestCall): Promise<{ readonly output: string; readonly code: number | null }> {
    const child = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", ...words], {
      cwd: workspace,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ output, code }));
    });
  },
};
