import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A process of its own that is sent words and says what it does, a line each. */
export interface Child {
  readonly lines: readonly string[];
  /** Resolves when it has ended and everything it said was heard. */
  readonly ended: Promise<void>;
  send(line: string): void;
  /** Resolves with the first line, from number `from` on, that starts like this. Rejects if the process ends without. */
  line(start: string, from?: number): Promise<string>;
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void;
  /** Resolves when it is gone and everything it said was heard. */
  kill(): Promise<void>;
}

// Most of a start would be reading TypeScript.
const compiled = fileURLToPath(new URL("../../../node_modules/.cache/compiled", import.meta.url));

/** Starts a program of this folder; it does not outlive the test. Its first line is `ready`. */
export function startChild(program: string, ...words: readonly string[]): Child {
  return startChildUnder([], program, ...words);
}

/** The same, with words put in front of the command: `["sh", "-c", "ulimit -f 400; exec \"$@\"", "sh"]`. */
export function startChildUnder(prefix: readonly string[], program: string, ...words: readonly string[]): Child {
  const path = fileURLToPath(new URL(`../programs/${program}`, import.meta.url));
  const [command = "", ...rest] = [...prefix, process.execPath, "--conditions=@reprise/source", "--disable-warning=ExperimentalWarning", path, ...words];
  const child = spawn(command, rest, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  // A word to a process that was killed gets nowhere; whoever waits for its answer is told that it ended.
  child.stdin.on("error", () => undefined);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  let closed = false;
  const ended = once(child, "close").then(() => {
    closed = true;
    wake();
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    wake();
  });
  const line = async (start: string, from = 0): Promise<string> => {
    for (;;) {
      const found = lines.slice(from).find((text) => text.startsWith(start));
      if (found !== undefined) return found;
      if (closed) throw new Error(`${program} ended after "${lines.at(-1) ?? "nothing"}", without a line "${start}"`);
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  return { lines, ended, send: (text) => void child.stdin.write(`${text}\n`), line, signal: (name) => void child.kill(name), kill };
}
