import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { auditOutcomeSchema, type AuditOutcome, type WorkerRequest } from "./worker-protocol.ts";

/** How a worker process ended. */
export type WorkerEnd =
  | { readonly kind: "outcome"; readonly processId: number; readonly outcome: AuditOutcome }
  /** It died before it had an outcome. */
  | { readonly kind: "died"; readonly processId: number; readonly signal: NodeJS.Signals | null; readonly exitCode: number | null };

/** Runs an audit in a process of its own and waits for its end. */
export function superviseWorker(request: WorkerRequest): Promise<WorkerEnd> {
  // The worker is this file's neighbour in `src` as in `dist`, with the ending this file has itself.
  const file = fileURLToPath(new URL(`./worker${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url));
  const shown = request.output === "stdout" ? 1 : 2;
  const child = fork(file, [JSON.stringify(request)], { stdio: ["ignore", shown, 2, "ipc"] });
  const processId = child.pid ?? 0;
  const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, passOn);

  return new Promise((resolve, reject) => {
    let outcome: AuditOutcome | undefined;
    let broken: Error | undefined;
    child.once("message", (message) => {
      const parsed = auditOutcomeSchema.safeParse(message);
      if (parsed.success) outcome = parsed.data;
      else broken = parsed.error;
    });
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      for (const name of signals) process.off(name, passOn);
      if (broken !== undefined) reject(broken);
      else if (outcome === undefined) resolve({ kind: "died", processId, signal, exitCode });
      else resolve({ kind: "outcome", processId, outcome });
    });
  });
}
