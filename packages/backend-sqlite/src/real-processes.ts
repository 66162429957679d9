import { readFileSync, statSync } from "node:fs";
import { threadId } from "node:worker_threads";
import type { ProcessIdentity, Processes } from "./processes.ts";

/**
 * The processes of this machine, as far as /proc and signals tell.
 *
 * @example
 * ```ts
 * import { realProcesses } from "@reprise/backend-sqlite";
 *
 * const { self } = realProcesses();
 * console.log(self.pid === process.pid); // true
 * ```
 */
export function realProcesses(): Processes {
  const self: ProcessIdentity = {
    boot: textOf("/proc/sys/kernel/random/boot_id") ?? null,
    pidNamespace: pidNamespace(),
    pid: process.pid,
    started: statusOf(process.pid)?.started ?? null,
    thread: threadId,
  };
  return { self, find };
}

function find(pid: number): { readonly started: string | null } | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (codeOf(error) === "ESRCH") return undefined;
  }
  const status = statusOf(pid);
  if (status === undefined) return { started: null };
  // Z and X: dead, its parent has not noticed yet.
  return ["Z", "X"].includes(status.state) ? undefined : { started: status.started };
}

/** State and start time of a process: fields 3 and 22 of proc_pid_stat(5). Undefined where there is no /proc. */
function statusOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may hold anything: what is behind the last of them counts.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields && { state: fields[0] ?? "", started: fields[19] ?? "" };
}

function pidNamespace(): string | null {
  const stats = statSync("/proc/self/ns/pid", { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : String(stats.ino);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1").trim();
  } catch (error) {
    if (codeOf(error) === "") throw error;
    return undefined; // not Linux, or hidden from us: heartbeats decide
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
