import { spawn } from "node:child_process";
import { PerformanceObserver } from "node:perf_hooks";

/** What a child process is told to do, and who listens. */
export interface ChildOptions {
  readonly program: string;
  /** Of Node itself. Default: none. */
  readonly nodeOptions?: readonly string[];
  readonly words: readonly string[];
  /** Each line of its standard output. `true` kills it, with SIGKILL. */
  readonly onLine: (line: string) => boolean;
  readonly timeoutMs: number;
}

/** How a child process ended. */
export interface ChildEnd {
  /** Its exit code, or the signal that killed it. */
  readonly ending: number | string;
  /** The end of what it wrote to standard error. */
  readonly complaints: string;
}

/** Everything the programs of this package read from and do to their surroundings. */
export const system = {
  words: process.argv.slice(2),
  environment: (name: string): string | undefined => process.env[name],
  processId: process.pid,
  nodeVersion: process.version,
  platform: `${process.platform} ${process.arch}`,
  write: (text: string): void => void process.stdout.write(text),
  complain: (text: string): void => void process.stderr.write(text),
  fail: (): void => void (process.exitCode = 1),
  exit: (code: number): never => process.exit(code),
  /** Milliseconds since the epoch. */
  wallClock: (): number => Date.now(),
  /** Milliseconds since this process began, with fractions. */
  now: (): number => performance.now(),
  /** Microseconds of processor time that this process has used, in its code and in the system's. */
  processorTime: (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** The most memory that this process ever had, in bytes. */
  peakMemory: (): number => process.resourceUsage().maxRSS * 1024,
  /** What lies in the heap and in buffers, rubbish included, in bytes. */
  memoryInUse: (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  },
  /** Takes rubbish out; needs Node's `--expose-gc`. */
  collectGarbage: (): void => globalThis.gc?.(),
  /** Begins to count collections of garbage; what it gives tells how many there were. */
  watchCollections(): () => Promise<number> {
    let collections = 0;
    const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
    observer.observe({ entryTypes: ["gc"] });
    return async () => {
      // They are told of a turn later.
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      observer.disconnect();
      return collections;
    };
  },
  atEndOfTurn: (work: () => void): void => void setImmediate(work),
  /** Runs a Node program and gives its end; reads its output line by line meanwhile. */
  run({ program, nodeOptions = [], words, onLine, timeoutMs }: ChildOptions): Promise<ChildEnd> {
    const child = spawn(process.execPath, [...nodeOptions, program, ...words], { stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs, killSignal: "SIGKILL" });
    let rest = "";
    let complaints = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints = (complaints + text).slice(-4_000)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (onLine(line)) child.kill("SIGKILL");
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ ending: code ?? signal ?? "unknown", complaints }));
    });
  },
};
