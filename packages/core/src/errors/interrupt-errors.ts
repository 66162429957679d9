import type { InterruptReason, InterruptSignal } from "../events/interrupt-signal.ts";
import { RepriseError } from "./reprise-error.ts";

/**
 * The run was interrupted, and code that is run gives way, so that `finally` blocks run. Let it pass: whatever is done with it,
 * nothing more is recorded, and the run goes on when it is resumed. Code `EXECUTION_INTERRUPTED`.
 */
export class ExecutionInterruptedError extends RepriseError {
  override readonly name = "ExecutionInterruptedError";
  declare readonly stateId: string;
  readonly signal: InterruptSignal;

  constructor(stateId: string, signal: InterruptSignal, cause?: unknown) {
    const by = signal.triggeredBy === undefined ? "" : ` by ${signal.triggeredBy}`;
    const why = signal.message === undefined ? "" : `: ${signal.message}`;
    super("EXECUTION_INTERRUPTED", `run ${stateId} was interrupted (${signal.reason})${by}${why}`, { stateId, cause });
    this.signal = signal;
  }

  get reason(): InterruptReason {
    return this.signal.reason;
  }

  get triggeredBy(): string | undefined {
    return this.signal.triggeredBy;
  }
}

/** The run was paused: what was at work has ended, nothing new begins, and it goes on when it is resumed. Code `EXECUTION_PAUSED`. */
export class ExecutionPausedError extends RepriseError {
  override readonly name = "ExecutionPausedError";
  declare readonly stateId: string;

  constructor(stateId: string) {
    super("EXECUTION_PAUSED", `run ${stateId} was paused; it goes on when it is resumed`, { stateId });
  }
}
