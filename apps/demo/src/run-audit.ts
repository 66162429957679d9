import { createReprise } from "@reprise/core";
import type { StateBackend, Subscriber } from "@reprise/core/spi";
import { retryProvider } from "@reprise/retry";
import { auditAgent, type AuditRequest, type AuditServices } from "./audit.ts";
import { observedBackend } from "./observed-backend.ts";
import { problemOf } from "./problem.ts";
import { countStatistics } from "./run-statistics.ts";
import type { AuditOutcome } from "./worker-protocol.ts";

/** Everything an audit needs of its surroundings. */
export interface RunAuditOptions extends AuditServices {
  readonly request: AuditRequest;
  readonly backend: StateBackend;
  readonly subscribers: readonly Subscriber[];
  readonly allowRepeat: readonly string[];
  /** Called for every acknowledged write to the journal, counted from 1. */
  readonly acknowledged?: (write: number) => void;
}

/** Starts the run, or resumes it if it exists. Problems are part of the outcome. */
export async function runAudit({ request, backend, subscribers, allowRepeat, acknowledged, ...services }: RunAuditOptions): Promise<AuditOutcome> {
  const { subscriber, statistics } = countStatistics();
  const observed = observedBackend(backend, (write) => {
    statistics.journalWrites = write;
    acknowledged?.(write);
  });
  const reprise = createReprise({ backend: observed, retry: retryProvider(), subscribers: [...subscribers, subscriber] });
  try {
    const outcome = await reprise.execute(auditAgent(services), request, { stateId: services.run, allowRepeat });
    // Closing hands over everything that was published, so the statistics are complete.
    await reprise.close();
    if (outcome.status === "completed") return { status: "completed", result: outcome.value, statistics };
    return { status: "failed", problem: problemOf("error" in outcome ? outcome.error : new Error(`run ${outcome.stateId} waits, though it asks nobody`)), statistics };
  } catch (error) {
    await reprise.close();
    return { status: "failed", problem: problemOf(error), statistics };
  }
}
