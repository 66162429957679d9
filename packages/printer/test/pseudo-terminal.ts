import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { headlessTerminal, type HeadlessTerminal } from "./headless-terminal.ts";

/** What a program did on a pseudo-terminal, and what the terminal shows afterwards. */
export interface TerminalSession {
  readonly terminal: HeadlessTerminal;
  /** As a shell would say it: 128 and the number of the signal for a program that was killed. */
  readonly code: number;
}

/** How a program is run. */
export interface SessionOptions {
  readonly columns: number;
  readonly rows: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Presses Ctrl-C as soon as this holds of what was written. */
  readonly interruptOnce?: (written: string) => boolean;
}

/** Whether the command `script` is there, which makes pseudo-terminals on Linux. */
export const pseudoTerminals = process.platform === "linux" && spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

const patienceMs = 60_000;

/** Runs a program of this folder on a real pseudo-terminal and feeds an emulator with what it writes. */
export async function onPseudoTerminal(program: string, args: readonly string[], { columns, rows, environment, interruptOnce }: SessionOptions): Promise<TerminalSession> {
  const terminal = headlessTerminal(columns, rows);
  const path = fileURLToPath(new URL(program, import.meta.url));
  const command = [process.execPath, "--conditions=@reprise/source", path, ...args].map((part) => `'${part}'`).join(" ");
  const { CI: _ci, NO_COLOR: _color, FORCE_COLOR: _force, ...inherited } = process.env;
  const child = spawn("script", ["-qefc", `stty rows ${rows} cols ${columns} && exec ${command}`, "/dev/null"], {
    env: { ...inherited, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", TERM: "xterm-256color", SHELL: "/bin/sh", ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let pressed = false;
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    terminal.write(chunk);
    if (pressed || interruptOnce?.(terminal.written) !== true) return;
    pressed = true;
    child.stdin.write("\u0003");
  });
  // It ends when its terminal goes away; a test that waits for it in vain is to fail, and to leave nothing behind.
  const patience = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  const [code] = (await once(child, "close")) as [number];
  clearTimeout(patience);
  return { terminal, code };
}
