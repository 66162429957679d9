import { sha256 as sha256InJavaScript } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/**
 * Everything core needs from its surroundings. Nothing else in this package reads a clock, draws a random number, starts
 * a timer or looks at the environment, so a test that replaces this object controls time and chance.
 */
export interface System {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** A fresh id for a run that was given none. */
  newId(): string;
  /** Lower-case hex digest. */
  sha256(data: Uint8Array): string;
  /**
   * Calls back after `delayMs` (any length: long delays are split). Returns what cancels it. The process is kept alive
   * meanwhile unless `background` is true.
   */
  setTimer(delayMs: number, callback: () => void, options?: { readonly background?: boolean }): () => void;
  /** Calls back in a macrotask of its own, after all pending microtasks. Must be cheap: it is on the way of every outcome. */
  yield(callback: () => void): void;
  /** Calls back for each signal of this name that the process receives, which then does not end by it; returns what ends that. Absent where there are none. */
  onSignal?(name: string, callback: () => void): () => void;
  /** Ends the process. Absent where there is none. */
  exit?(code: number): void;
  /** Who holds a lease, for people: `host:pid` where there is such a thing. */
  readonly owner: string;
}

// The longest delay setTimeout takes; beyond it fires at once.
const longestTimerMs = 2 ** 31 - 1;

interface NodeCrypto {
  createHash(algorithm: "sha256"): { update(data: Uint8Array): { digest(encoding: "hex"): string } };
}
interface NodeProcess {
  readonly pid?: number;
  on?(name: string, callback: () => void): void;
  off?(name: string, callback: () => void): void;
  exit?(code: number): void;
  getBuiltinModule?(name: "node:crypto"): NodeCrypto;
  getBuiltinModule?(name: "node:os"): { hostname(): string };
}
interface Runtime {
  readonly process?: NodeProcess;
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * The system of the runtime this is called on: Node, Bun, Deno, edge workers or a browser.
 *
 * @example
 * ```ts
 * import { createReprise } from "@reprise/core";
 * import { defaultSystem } from "@reprise/core/spi";
 *
 * const reprise = createReprise({ system: { ...defaultSystem(), newId: () => "run-1" } });
 * console.log((await reprise.create()).stateId); // run-1
 * ```
 */
export function defaultSystem(): System {
  const runtime = globalThis as Runtime;
  return {
    now,
    random: Math.random,
    newId: () => globalThis.crypto.randomUUID(),
    sha256: sha256For(runtime.process),
    setTimer,
    yield: yieldFor(runtime.setImmediate),
    owner: ownerOf(runtime.process),
    ...signalsOf(runtime.process),
  };
}

/** Not of each system its own: what is compiled for one run serves the next. */
function now(): number {
  return Date.now();
}

function sha256For(process: NodeProcess | undefined): System["sha256"] {
  const crypto = process?.getBuiltinModule?.("node:crypto");
  if (crypto) return (data) => crypto.createHash("sha256").update(data).digest("hex");
  return (data) => bytesToHex(sha256InJavaScript(data));
}

function ownerOf(process: NodeProcess | undefined): string {
  const host = process?.getBuiltinModule?.("node:os")?.hostname();
  return host === undefined ? `process-${globalThis.crypto.randomUUID().slice(0, 8)}` : `${host}:${process?.pid ?? 0}`;
}

function signalsOf(process: NodeProcess | undefined): Pick<System, "onSignal" | "exit"> {
  if (process?.on === undefined || process.off === undefined || process.exit === undefined) return {};
  return {
    onSignal: (name, callback) => {
      process.on?.(name, callback);
      return () => process.off?.(name, callback);
    },
    exit: (code) => process.exit?.(code),
  };
}

function setTimer(delayMs: number, callback: () => void, options?: { readonly background?: boolean }): () => void {
  let left = Math.max(0, delayMs);
  let timer: ReturnType<typeof setTimeout>;
  const next = (): void => {
    const step = Math.min(left, longestTimerMs);
    left -= step;
    timer = setTimeout(() => (left > 0 ? next() : callback()), step);
    if (options?.background === true) (timer as unknown as { unref?: () => void }).unref?.();
  };
  next();
  return () => clearTimeout(timer);
}

function yieldFor(setImmediate: Runtime["setImmediate"]): System["yield"] {
  if (setImmediate) return setImmediate;
  // Browsers and workers: a message to ourselves is a macrotask without setTimeout's 4 ms floor.
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    channel.port2.postMessage(undefined);
  };
}
