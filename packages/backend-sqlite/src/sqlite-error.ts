import { CorruptError, isRepriseError, RepriseError, type ErrorCode, type RepriseErrorDetails } from "@reprise/core/spi";

// Primary result codes: https://www.sqlite.org/rescode.html
const resultCodes = {
  1: "CORRUPT", // ERROR: our statements are fixed, so the schema is not what its version says
  5: "UNAVAILABLE", // BUSY
  6: "UNAVAILABLE", // LOCKED
  8: "READ_ONLY", // READONLY
  10: "IO", // IOERR
  11: "CORRUPT", // CORRUPT
  13: "NO_SPACE", // FULL
  14: "IO", // CANTOPEN
  18: "LIMIT", // TOOBIG
  19: "CORRUPT", // CONSTRAINT: rows that contradict each other
  20: "CORRUPT", // MISMATCH
  26: "CORRUPT", // NOTADB, once the file was known to be one
} as const satisfies { readonly [code: number]: ErrorCode };

/** The commit failed in a way that leaves open whether a later recovery finds it. */
export class UncertainCommit extends Error {
  constructor(cause: unknown) {
    super(`the commit ended uncertainly: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Primary result code of an error of SQLite; undefined for anything else. */
export function resultCodeOf(error: unknown): number | undefined {
  const code = error instanceof Error && !isRepriseError(error) ? (error as { readonly errcode?: unknown }).errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Whether somebody else has the lock: the same may work in a moment. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code === 5 || code === 6;
}

/** Whether the disk, a quota or the file's own limit is full. */
export function isFull(error: unknown): boolean {
  return resultCodeOf(error) === 13;
}

/**
 * What callers see of a failure: an error of SQLite or of the file system becomes one of Reprise, with the path and what was
 * tried; everything else stays as it is.
 */
export function storageError(error: unknown, action: string, details: RepriseErrorDetails & { readonly path: string }): unknown {
  if (error instanceof UncertainCommit) return new RepriseError("IO", messageOf(error, action, details.path), { ...details, indeterminate: true, cause: error.cause });
  const code = codeOf(error);
  if (code === undefined) return error;
  const message = messageOf(error as Error, action, details.path);
  return code === "CORRUPT" ? new CorruptError(message, { ...details, cause: error }) : new RepriseError(code, message, { ...details, cause: error });
}

function codeOf(error: unknown): ErrorCode | undefined {
  const resultCode = resultCodeOf(error);
  if (resultCode !== undefined) return (resultCodes as { readonly [code: number]: ErrorCode })[resultCode] ?? "IO";
  if (!(error instanceof Error) || isRepriseError(error)) return undefined;
  const { code, syscall } = error as NodeJS.ErrnoException;
  // An integer that no intact row holds.
  if (code === "ERR_OUT_OF_RANGE") return "CORRUPT";
  if (syscall === undefined) return undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "NO_SPACE";
  return code === "EROFS" ? "READ_ONLY" : "IO";
}

function messageOf(error: Error, action: string, path: string): string {
  const { errcode } = error as { readonly errcode?: unknown };
  return `cannot ${action} (${path}): ${error.message}${typeof errcode === "number" ? `, SQLite's result code ${errcode}` : ""}`;
}
