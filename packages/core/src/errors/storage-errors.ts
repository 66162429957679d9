import { RepriseError, type RepriseErrorDetails } from "./reprise-error.ts";
import { timeText } from "./time-text.ts";

/** Somebody else may extend the run: `owner` since `since` (ms since the epoch). Code `LEASE_HELD`. */
export class LeaseHeldError extends RepriseError {
  override readonly name = "LeaseHeldError";
  readonly owner: string;
  /** When the holder took the lease, in ms since the epoch; undefined if the backend cannot know. */
  readonly since: number | undefined;

  constructor(stateId: string, holder: { readonly owner: string; readonly since?: number }, details: RepriseErrorDetails = {}) {
    const since = holder.since === undefined ? "" : ` since ${timeText(holder.since)}`;
    super("LEASE_HELD", `run ${stateId} is held by ${holder.owner}${since}`, { ...details, stateId });
    this.owner = holder.owner;
    this.since = holder.since;
  }
}

/** The run was taken over, removed or extended by somebody else: this handle may not write any more. Code `FENCED`. */
export class FencedError extends RepriseError {
  override readonly name = "FencedError";

  constructor(stateId: string, reason: string, details: RepriseErrorDetails = {}) {
    super("FENCED", `run ${stateId}: ${reason}`, { indeterminate: true, ...details, stateId });
  }
}

/** Proven data is damaged or missing. Never repaired in place, never reported as "not found". Code `CORRUPT`. */
export class CorruptError extends RepriseError {
  override readonly name = "CorruptError";

  constructor(message: string, details: RepriseErrorDetails = {}) {
    super("CORRUPT", message, details);
  }
}
