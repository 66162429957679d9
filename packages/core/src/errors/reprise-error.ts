import { errorCodes, type ErrorCode, type RetryAdvice } from "./codes.ts";

// `Symbol.for` is shared by every copy of this package in a process, so guards work across duplicate installs.
const brand = Symbol.for("@reprise/error");

/** What an error may say beside its message. Absent fields do not apply. */
export interface RepriseErrorDetails {
  readonly cause?: unknown;
  /** Defaults to what is usual for the code. */
  readonly retry?: RetryAdvice;
  /** True if it is unknown whether the operation took effect. Default: false. */
  readonly indeterminate?: boolean;
  readonly stateId?: string;
  /** Address of the call concerned. */
  readonly address?: string;
  /** File, option or path inside a value: `result.items[3].socket`. */
  readonly path?: string;
  /** Byte offset in the file named by `path`. */
  readonly offset?: number;
}

/**
 * The base of every error that Reprise itself throws. Branch on `code`; messages may change.
 *
 * @example
 * ```ts
 * import { isRepriseError, RepriseError } from "@reprise/core";
 *
 * const error: unknown = new RepriseError("LEASE_HELD", "run-1 is held by host-2");
 * if (isRepriseError(error, "LEASE_HELD")) console.log(error.retry); // "later"
 * ```
 */
export class RepriseError extends Error {
  override readonly name: string = "RepriseError";
  readonly code: ErrorCode;
  readonly retry: RetryAdvice;
  readonly indeterminate: boolean;
  declare readonly stateId?: string;
  declare readonly address?: string;
  declare readonly path?: string;
  declare readonly offset?: number;

  constructor(code: ErrorCode, message: string, details: RepriseErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retry = details.retry ?? errorCodes[code];
    this.indeterminate = details.indeterminate ?? false;
    if (details.stateId !== undefined) this.stateId = details.stateId;
    if (details.address !== undefined) this.address = details.address;
    if (details.path !== undefined) this.path = details.path;
    if (details.offset !== undefined) this.offset = details.offset;
    brandError(this);
  }

  /** `error instanceof RepriseError` also holds for errors of another copy of this package, and for `GroupFailedError`. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === RepriseError ? isRepriseError(value) : Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/** Makes `isRepriseError` hold for an error that cannot extend `RepriseError`, because it extends another class. */
export function brandError(error: Error): void {
  Object.defineProperty(error, brand, { value: true });
}

function isBranded(error: object): boolean {
  try {
    return brand in error;
  } catch {
    // A proxy that throws: whatever it is, not one of ours.
    return false;
  }
}

/**
 * Is this an error of Reprise (and, if given, one with this code)?
 * Works for subclasses and across duplicate installs of the package.
 *
 * @example
 * ```ts
 * import { createReprise, isRepriseError } from "@reprise/core";
 *
 * try {
 *   await createReprise().load("no-such-run");
 * } catch (error) {
 *   console.log(isRepriseError(error, "NOT_FOUND")); // true
 * }
 * ```
 */
export function isRepriseError(error: unknown, code?: ErrorCode): error is RepriseError {
  if (typeof error !== "object" || error === null || !isBranded(error)) return false;
  return code === undefined || (error as unknown as RepriseError).code === code;
}
