import type { PrintStream } from "./sink.ts";

/** What somebody who draws on a terminal has to know of the process around. */
export interface HostWatcher {
  /** Somebody else is about to write to the same terminal; `endsLine` if the cursor will then be at the start of a line. */
  beforeWrite(endsLine: boolean): void;
  /** A signal has come that others answer to: the process may go on, or be gone without another word. */
  interrupted(): void;
  /** The process ends: what is written now is the last. */
  leave(): void;
}

/** Node's `process`, as far as it is used here. */
export interface HostProcess {
  readonly pid: number;
  readonly stdout?: PrintStream;
  readonly stderr?: PrintStream;
  on(event: string, listener: () => void): unknown;
  prependListener(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

interface Watch {
  readonly watchers: Set<HostWatcher>;
  unhook(): void;
}

// Signals are watched once for a process, however many terminals are drawn on.
const watches = new WeakMap<HostProcess, Watch>();

/**
 * Watches signals that end the process, its end and errors that nobody catches, and what others write to stdout and
 * stderr if `stream` is one of them. A signal nobody else listens to ends the process as if it had not been watched.
 */
export function watchProcess(host: HostProcess, stream: PrintStream, watcher: HostWatcher): () => void {
  const watch = watches.get(host) ?? hooked(host);
  watch.watchers.add(watcher);
  const drawn = stream === host.stdout || stream === host.stderr;
  const streams = drawn ? [host.stdout, host.stderr].filter((each) => each?.isTTY === true) : [];
  const unpatch = streams.map((each) => watchWrites(each as WritableStreamLike, watcher));
  return () => {
    for (const end of unpatch) end();
    watch.watchers.delete(watcher);
    if (watch.watchers.size === 0) watch.unhook();
  };
}

function hooked(host: HostProcess): Watch {
  const watchers = new Set<HostWatcher>();
  const each = (tell: (watcher: HostWatcher) => void): void => {
    for (const watcher of watchers) tell(watcher);
  };
  const hooks: (readonly [event: string, listener: () => void])[] = [
    ["exit", () => each((watcher) => watcher.leave())],
    // Told before the error is shown, and without catching it.
    ["uncaughtExceptionMonitor", () => each((watcher) => watcher.beforeWrite(true))],
    ...endingSignals.map((signal) => [signal, () => onSignal(signal)] as const),
  ];
  const unhook = (): void => {
    for (const [event, listener] of hooks) host.off(event, listener);
    watches.delete(host);
  };
  const onSignal = (signal: string): void => {
    for (const [event, listener] of hooks) if (event === signal) host.off(event, listener);
    if (host.listenerCount(signal) > 0) return each((watcher) => watcher.interrupted());
    each((watcher) => watcher.leave());
    unhook();
    host.kill(host.pid, signal);
  };
  // First in line: who comes later may look whether it is the last to listen, and end the process if so.
  for (const [event, listener] of hooks) host.prependListener(event, listener);
  const watch = { watchers, unhook };
  watches.set(host, watch);
  return watch;
}

interface WritableStreamLike {
  write: (chunk: unknown, ...rest: readonly unknown[]) => unknown;
}

/** Takes the place of the stream's `write`, and gives it back unless somebody else has taken it since. */
function watchWrites(stream: WritableStreamLike, watcher: HostWatcher): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, "write");
  const { write } = stream;
  let watching = true;
  const watched = function (this: unknown, chunk: unknown, ...rest: readonly unknown[]): unknown {
    if (watching) watcher.beforeWrite(endsLine(chunk));
    return Reflect.apply(write, this, [chunk, ...rest]);
  };
  stream.write = watched;
  return () => {
    watching = false;
    if (stream.write !== watched) return;
    if (own === undefined) Reflect.deleteProperty(stream, "write");
    else Object.defineProperty(stream, "write", own);
  };
}

function endsLine(chunk: unknown): boolean {
  if (typeof chunk === "string") return chunk === "" || chunk.endsWith("\n");
  return chunk instanceof Uint8Array ? chunk.length === 0 || chunk.at(-1) === 0x0a : true;
}
