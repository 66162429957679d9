import type { HostWatcher } from "../src/host-process.ts";
import type { PrintStream } from "../src/sink.ts";
import type { Environment, PrinterSystem } from "../src/system.ts";
import { startOfRun } from "./run-builder.ts";

/** A system whose time only passes when a test says so. */
export interface ManualSystem extends PrinterSystem {
  /** Lets time pass; timers that become due are called in order. */
  pass(ms: number): void;
  setTime(at: number): void;
  readonly watchers: Set<HostWatcher>;
  readonly timers: number;
}

/** A system at the start of the sample runs. */
export function manualSystem(stderr: PrintStream, environment: Environment = { LANG: "C.UTF-8" }): ManualSystem {
  let now = startOfRun;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const watchers = new Set<HostWatcher>();
  const passTo = (end: number): void => {
    for (;;) {
      const due = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      timers.delete(due);
      now = Math.max(now, due.at);
      due.callback();
    }
    now = Math.max(now, end);
  };
  return {
    stderr,
    environment,
    now: () => now,
    utcOffsetMs: () => 0,
    after: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    watchHost: (_stream, watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    pass: (ms) => passTo(now + ms),
    setTime: passTo,
    watchers,
    get timers() {
      return timers.size;
    },
  };
}
