import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const program = fileURLToPath(new URL("child-writer.ts", import.meta.url));

export interface ChildWriter {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  /** Texts by seq, as far as they were acknowledged. */
  readonly acknowledged: Map<number, string>;
  /** Resolves with the first line that starts like this. */
  line(start: string): Promise<string>;
  /** Kills it and waits until it is gone and everything it said was heard. */
  kill(): Promise<void>;
}

/** How a child is started. */
export interface ChildOptions {
  readonly stateId?: string;
  readonly appends?: number;
  /** Its process cannot be seen from here. */
  readonly elsewhere?: boolean;
  /** Put in front of the command: `["sh", "-c", "ulimit -f 400; exec \"$@\"", "sh"]`. */
  readonly prefix?: readonly string[];
  /** Becomes this user once its programs are loaded, which that user may not be able to read. */
  readonly uid?: number;
}

/** Starts `child-writer.ts`; killed when the test ends. */
export function startWriter(file: string, name: string, { stateId = "run-1", appends = Infinity, elsewhere = false, prefix = [], uid }: ChildOptions = {}): ChildWriter {
  const own = [globalThis.process.execPath, "--disable-warning=ExperimentalWarning", "--conditions=@reprise/source", program, file, stateId, name, String(appends)];
  const [command = "", ...args] = [...prefix, ...own, ...(elsewhere ? ["elsewhere"] : [])];
  const process = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...globalThis.process.env, ...(uid !== undefined && { REPRISE_WRITER_UID: String(uid) }) } });
  onTestFinished(() => void process.kill("SIGKILL"));
  const acknowledged = new Map<number, string>();
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  let closed = false;
  const close = once(process, "close").then(() => {
    closed = true;
    wake();
  });
  createInterface({ input: process.stdout }).on("line", (line) => {
    lines.push(line);
    const match = /^acknowledged (\d+) (.+)$/u.exec(line);
    if (match !== null) acknowledged.set(Number(match[1]), match[2]!);
    wake();
  });
  const line = async (start: string): Promise<string> => {
    for (;;) {
      const found = lines.find((text) => text.startsWith(start));
      if (found !== undefined) return found;
      if (closed) throw new Error(`the process ended after ${lines.at(-1) ?? "nothing"}, without a line "${start}"`);
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  const kill = async (): Promise<void> => {
    process.kill("SIGKILL");
    await close;
  };
  return { process, acknowledged, line, kill };
}
