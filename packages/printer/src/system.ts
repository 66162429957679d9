import { watchProcess, type HostProcess, type HostWatcher } from "./host-process.ts";
import type { PrintStream } from "./sink.ts";

/** The environment as far as a printer looks at it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a printer needs from its surroundings; nothing else in this package reads them. */
export interface PrinterSystem {
  /** Where to print by default. */
  readonly stderr: PrintStream;
  readonly environment: Environment;
  /** Ms since the epoch. */
  now(): number;
  /** How far local time is ahead of UTC at a moment, in ms. */
  utcOffsetMs(at: number): number;
  /** Calls back once after a delay, without keeping the process alive for it. Returns what calls it off. */
  after(delayMs: number, callback: () => void): () => void;
  /** Tells what happens to the process and to the terminal of `stream`. Returns what ends it. */
  watchHost(stream: PrintStream, watcher: HostWatcher): () => void;
}

interface Runtime {
  readonly process?: Partial<HostProcess> & { readonly stderr?: PrintStream; readonly env?: Environment };
}

/** The system of the runtime this is called on. Where there is no stderr (browsers), lines go to the console. */
export function defaultSystem(): PrinterSystem {
  const { process } = globalThis as Runtime;
  return {
    // oxlint-disable-next-line no-console -- the console is what such a runtime has for a stderr
    stderr: process?.stderr ?? { write: (text) => console.error(text.trimEnd()) },
    environment: process?.env ?? {},
    now: () => Date.now(),
    utcOffsetMs: (at) => -new Date(at).getTimezoneOffset() * 60_000,
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      // Node's timers hold the process, numbers of browsers do not.
      (timer as unknown as { unref?: () => void }).unref?.();
      return () => clearTimeout(timer);
    },
    watchHost: (stream, watcher) => (isHost(process) ? watchProcess(process, stream, watcher) : () => undefined),
  };
}

function isHost(process: Runtime["process"]): process is HostProcess & NonNullable<Runtime["process"]> {
  return typeof process?.on === "function" && typeof process.prependListener === "function" && typeof process.kill === "function";
}
