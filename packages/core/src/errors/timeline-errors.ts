import { RepriseError, type RepriseErrorDetails } from "./reprise-error.ts";

/** A run has no such point: the address, attempt, checkpoint or position is not in it. Code `POINT_NOT_FOUND`. */
export class PointNotFoundError extends RepriseError {
  override readonly name = "PointNotFoundError";
  /** Of an unknown address: known ones that are most like it, the best first. */
  readonly nearest: readonly string[];

  constructor(stateId: string, reason: string, details: RepriseErrorDetails & { readonly nearest?: readonly string[] } = {}) {
    const { nearest = [], ...rest } = details;
    const known = nearest.length > 0 ? `; the nearest are ${nearest.join(", ")}` : "";
    super("POINT_NOT_FOUND", `run ${stateId} ${reason}${known}`, { ...rest, stateId });
    this.nearest = nearest;
  }
}

/** The run would have completed without a call with the address it was to resume from. Code `POINT_NOT_REACHED`. */
export class PointNotReachedError extends RepriseError {
  override readonly name = "PointNotReachedError";

  constructor(stateId: string, address: string) {
    super("POINT_NOT_REACHED", `run ${stateId} was to resume from ${address}, and ended without making that call; nothing was recorded`, { stateId, address });
  }
}
