import type { BranchOutcome } from "../actors/groups.ts";
import { brandError, RepriseError, type RepriseErrorDetails } from "./reprise-error.ts";

/** An actor failed for good. `cause` is what its last attempt threw, as recorded: the same live and on replay. Code `ACTOR_FAILED`. */
export class ActorFailedError extends RepriseError {
  override readonly name = "ActorFailedError";
  declare readonly address: string;
  /** How many attempts were made. */
  readonly attempts: number;

  constructor(address: string, attempts: number, cause: Error) {
    super("ACTOR_FAILED", `${address} failed${attempts > 1 ? ` after ${attempts} attempts` : ""}: ${cause.message}`, { address, cause });
    this.attempts = attempts;
    withoutFrames(this);
  }
}

/**
 * Some branches of a group failed; `errors` holds the failures by position. An `AggregateError`, and for
 * `isRepriseError` and `instanceof RepriseError` one of ours. Code `GROUP_FAILED`.
 */
export class GroupFailedError extends AggregateError {
  override readonly name = "GroupFailedError";
  readonly code = "GROUP_FAILED";
  readonly retry = "never";
  readonly indeterminate = false;
  readonly address: string;
  declare readonly errors: Error[];
  /** Every outcome by position, the successful ones too. */
  readonly outcomes: readonly BranchOutcome<unknown>[];

  constructor(address: string, outcomes: readonly BranchOutcome<unknown>[], failures: readonly Error[]) {
    super(failures, `${address}: ${failures.length} of ${outcomes.length} failed: ${failures[0]?.message ?? "unknown"}`);
    this.address = address;
    this.outcomes = outcomes;
    withoutFrames(this);
    brandError(this);
  }
}

/** The call was aborted before it ended: its parent ended, or another branch failed fast. Code `CANCELLED`. */
export class CancelledError extends RepriseError {
  override readonly name = "CancelledError";
  /** Why, without the address. */
  readonly reason: string;

  constructor(address: string, reason: string, details: RepriseErrorDetails = {}) {
    super("CANCELLED", `${address} was cancelled: ${reason}`, { ...details, address });
    this.reason = reason;
    withoutFrames(this);
  }
}

/** A limit of time passed: `attemptTimeoutMs` or `timeoutMs`. Code `TIMEOUT`. */
export class TimeoutError extends RepriseError {
  override readonly name: string = "TimeoutError";

  constructor(address: string, option: string, limitMs: number) {
    super("TIMEOUT", `${address} did not end within ${option} of ${limitMs} ms`, { address, path: option });
  }
}

/** The `timeoutMs` of a group passed. Code `TIMEOUT`. */
export class GroupTimeoutError extends TimeoutError {
  override readonly name = "GroupTimeoutError";
  /** Every outcome by position; a `CancelledError` for what had not ended. */
  readonly outcomes: readonly BranchOutcome<unknown>[];

  constructor(address: string, limitMs: number, outcomes: readonly BranchOutcome<unknown>[]) {
    super(address, "timeoutMs", limitMs);
    this.outcomes = outcomes;
    withoutFrames(this);
  }
}

/** A context was used after its call had ended. Code `SCOPE_CLOSED`. */
export class ScopeClosedError extends RepriseError {
  override readonly name = "ScopeClosedError";

  constructor(address: string, details: RepriseErrorDetails = {}) {
    super("SCOPE_CLOSED", `${address} has ended: its context can make no more calls`, { ...details, address });
  }
}

/** A schema refused a result, or an input: that is an {@link InputRejectedError}. Code `SCHEMA_REJECTED`. */
export class SchemaRejectedError extends RepriseError {
  override readonly name: string = "SchemaRejectedError";
  /** What the schema said, as plain data. */
  readonly data: readonly { readonly message: string; readonly path: string }[];

  constructor(address: string, what: "input" | "output" | "answer", issues: readonly { readonly message: string; readonly path: string }[]) {
    const first = issues[0];
    super("SCHEMA_REJECTED", `${address}: ${what}${first?.path ?? ""}: ${first?.message ?? "refused by the schema"}`, { address, path: `${what}${first?.path ?? ""}` });
    this.data = issues;
  }
}

/** A schema refused an input, so the handler did not run; never retried. Code `SCHEMA_REJECTED`. */
export class InputRejectedError extends SchemaRejectedError {
  override readonly name = "InputRejectedError";
}

/** The frames would be the engine's, and others on replay than live; where it happened stands in the cause. */
function withoutFrames(error: Error): void {
  error.stack = `${error.name}: ${error.message}`;
}
