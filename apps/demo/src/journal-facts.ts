import { fsBackend } from "@reprise/backend-fs";
import { createReprise } from "@reprise/core";
import { auditRequest, type AuditRequest } from "./audit.ts";

/** What the journal of a run that nobody holds says. */
export interface JournalFacts {
  /** Undefined if the process died before the audit began. */
  readonly request: AuditRequest | undefined;
  /** Addresses of the handlers whose results are recorded. */
  readonly completed: ReadonlySet<string>;
  /** What those had taken, in ms: the attempts that led to the results, without waits and without the time nobody ran. */
  readonly workMs: number;
  /** Addresses of the handlers that had started, or waited for a retry, and have no result. */
  readonly open: ReadonlySet<string>;
}

/** Loads a run and looks at its history. Throws what loading throws: `NOT_FOUND`, `LEASE_HELD`, `CORRUPT`, … */
export async function readJournal(runs: string, run: string): Promise<JournalFacts> {
  const reprise = createReprise({ backend: fsBackend({ dir: runs }) });
  try {
    const state = await reprise.load(run);
    const calls = state.history.calls();
    const isHandler = ({ type }: { readonly type: string }): boolean => type === "tool_call" || type === "llm_call";
    const handlers = calls.filter(isHandler);
    const results = state.history.events().filter((event) => isHandler(event) && event.status === "completed");
    const root = calls.find(({ parent }) => parent === undefined);
    return {
      request: root === undefined ? undefined : auditRequest.parse(root.input),
      completed: new Set(handlers.filter(({ status }) => status === "completed").map(({ address }) => address)),
      workMs: results.reduce((sum, { executionTimeMs = 0 }) => sum + executionTimeMs, 0),
      open: new Set(handlers.filter(({ status }) => status === "started" || status === "retrying").map(({ address }) => address)),
    };
  } finally {
    await reprise.close();
  }
}
