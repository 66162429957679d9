import { RepriseError, type RepriseErrorDetails } from "./reprise-error.ts";

/**
 * It cannot be told which record belongs to a call, so nothing is guessed: the run stops, nothing is recorded, and better
 * code (usually a `key`) can resume it. Code `AMBIGUOUS_REPLAY`.
 */
export class AmbiguousReplayError extends RepriseError {
  override readonly name = "AmbiguousReplayError";

  constructor(address: string, reason: string, details: RepriseErrorDetails = {}) {
    super("AMBIGUOUS_REPLAY", `${address}: ${reason}`, { ...details, address });
  }
}

/** The input differs from the recorded one and `onInputChange` is `"fail"`, or it is a run's own input. Code `INPUT_CHANGED`. */
export class InputChangedError extends RepriseError {
  override readonly name = "InputChangedError";

  constructor(address: string, details: RepriseErrorDetails = {}) {
    super("INPUT_CHANGED", `${address}: the input differs from the recorded one; give the recorded input, or say what to do with onInputChange`, { ...details, address });
  }
}

/** The actor's version differs from the recorded one and `onVersionChange` is `"fail"`. Code `VERSION_CHANGED`. */
export class VersionChangedError extends RepriseError {
  override readonly name = "VersionChangedError";

  constructor(address: string, versions: { readonly recorded: string | undefined; readonly current: string | undefined }, details: RepriseErrorDetails = {}) {
    super("VERSION_CHANGED", `${address}: recorded with version ${versions.recorded ?? "none"}, now ${versions.current ?? "none"}`, { ...details, address });
  }
}

/** A call started and its outcome is not known. Code `OUTCOME_UNKNOWN`. */
export class OutcomeUnknownError extends RepriseError {
  override readonly name = "OutcomeUnknownError";

  constructor(address: string, reason: string, details: RepriseErrorDetails = {}) {
    super("OUTCOME_UNKNOWN", `${address}: ${reason}`, { ...details, address, indeterminate: true });
  }
}

/** A call with `repeatable: false` would have to run again and nobody has allowed it. Code `NOT_REPEATABLE`. */
export class NotRepeatableError extends RepriseError {
  override readonly name = "NotRepeatableError";
  /** Every call concerned; `address` is the first of them. */
  readonly addresses: readonly string[];

  constructor(address: string, reason: string, details: RepriseErrorDetails & { readonly addresses?: readonly string[] } = {}) {
    const { addresses = [address], ...rest } = details;
    super("NOT_REPEATABLE", `${address}: ${reason}; what may run again is named in allowRepeat, address by address`, { ...rest, address });
    this.addresses = addresses;
  }
}
