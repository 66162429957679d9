/**
 * Enough of a process to tell later whether it still runs. Null: this platform does not say. There is no host in it: a SQLite
 * file is shared by processes of one machine.
 */
export interface ProcessIdentity {
  /** Changes with every start of the machine. */
  readonly boot: string | null;
  /** Inside it a pid means one process; containers have their own. */
  readonly pidNamespace: string | null;
  readonly pid: number;
  /** Start time of the process: tells it from a later one with the same pid. */
  readonly started: string | null;
  /** 0 for the main thread, else the number of a worker thread. */
  readonly thread: number;
}

/** What the backend asks about processes. */
export interface Processes {
  readonly self: ProcessIdentity;
  /** The process that has this pid here and now; undefined if there is none. */
  find(pid: number): { readonly started: string | null } | undefined;
}

/** `unknown`: it cannot be seen from here, only its heartbeat can. */
export type Fate = "alive" | "gone" | "unknown";

/** Whether a process that once said this about itself still runs. */
export function fateOf(other: ProcessIdentity, { self, find }: Processes): Fate {
  if (other.boot !== null && self.boot !== null && other.boot !== self.boot) return "gone";
  if (other.pidNamespace !== self.pidNamespace) return "unknown";
  const found = find(other.pid);
  if (found === undefined) return "gone";
  if (other.started === null || found.started === null) return "unknown";
  if (other.started !== found.started) return "gone";
  // A worker thread can end while its process goes on.
  return other.thread === 0 ? "alive" : "unknown";
}
