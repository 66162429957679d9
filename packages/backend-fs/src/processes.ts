/** Enough of a process to tell later whether it still runs. Null: this platform does not say. */
export interface ProcessIdentity {
  readonly host: string;
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
  if (other.host !== self.host) return "unknown";
  if (other.boot !== self.boot) return "gone";
  if (other.pidNamespace !== self.pidNamespace) return "unknown";
  const found = find(other.pid);
  if (found === undefined) return "gone";
  return found.started !== null && other.started !== null && found.started !== other.started ? "gone" : "alive";
}
