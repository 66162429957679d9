import type { PendingWait } from "../history/pending-wait.ts";
import { RepriseError } from "./reprise-error.ts";
import { timeText } from "./time-text.ts";

/**
 * The run is suspended: it waits for answers or for a time, and code that is run gives way, so that `finally` blocks run. Let
 * it pass: whatever is done with it, nothing more is recorded, and the run goes on when it is resumed. Code `SUSPENDED`.
 */
export class SuspendedError extends RepriseError {
  override readonly name = "SuspendedError";

  constructor(stateId: string) {
    super("SUSPENDED", `run ${stateId} is suspended until it is answered or due`, { stateId });
  }
}

/**
 * What a run driven by hand waits for is not there yet: answer, or wait until it is due, and load the run again. Code
 * `EXECUTION_AWAITING`.
 */
export class ExecutionAwaitingError extends RepriseError {
  override readonly name = "ExecutionAwaitingError";
  declare readonly stateId: string;
  readonly pending: readonly PendingWait[];
  /** When it should be loaded again, in ms since the epoch; undefined if only an answer helps. */
  readonly wakeAt: number | undefined;

  constructor(stateId: string, pending: readonly PendingWait[], wakeAt: number | undefined) {
    const waits = pending.map(({ address }) => address).join(", ");
    const due = wakeAt === undefined ? "" : `${waits === "" ? "" : ", or "}until ${timeText(wakeAt)}`;
    super("EXECUTION_AWAITING", `run ${stateId} waits${waits === "" ? "" : ` for ${waits}`}${due}; then load it again`, { stateId });
    this.pending = pending;
    this.wakeAt = wakeAt;
  }
}

/** Several waits have the name that an answer is addressed to. Code `AMBIGUOUS_ANSWER`. */
export class AmbiguousAnswerError extends RepriseError {
  override readonly name = "AmbiguousAnswerError";
  declare readonly stateId: string;
  /** Any of these would do. */
  readonly addresses: readonly string[];

  constructor(stateId: string, name: string, addresses: readonly string[]) {
    super("AMBIGUOUS_ANSWER", `run ${stateId} has ${addresses.length} waits called "${name}"; answer one of ${addresses.join(", ")}`, { stateId });
    this.addresses = addresses;
  }
}
