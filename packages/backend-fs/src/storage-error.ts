import { isRepriseError, RepriseError, type RepriseErrorDetails } from "@reprise/core/spi";

/** The code of a system error (`ENOENT`, …); undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || isRepriseError(error) || !("syscall" in error || "errno" in error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : undefined;
}

/** Whether the error says that nothing is there. */
export function isMissing(error: unknown): boolean {
  return errnoOf(error) === "ENOENT";
}

/** Whether the disk or a quota is full. */
export function isFull(error: unknown): boolean {
  const code = errnoOf(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

/**
 * What callers see of a failure: system errors become `NO_SPACE` or `IO`, with the path; everything else stays as it is.
 * An I/O error is never reported as "not found" or as damage.
 */
export function storageError(error: unknown, action: string, details: RepriseErrorDetails = {}): unknown {
  const code = errnoOf(error);
  if (code === undefined) return error;
  const path = details.path ?? (error as NodeJS.ErrnoException).path;
  const message = `cannot ${action}${path === undefined ? "" : ` (${path})`}: ${(error as Error).message}`;
  return new RepriseError(isFull(error) ? "NO_SPACE" : "IO", message, { ...details, ...(path === undefined ? {} : { path }), cause: error });
}

/** Runs `work` and throws what {@link storageError} makes of its failure. */
export async function reportingIo<Result>(action: string, details: RepriseErrorDetails, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, action, details);
  }
}

/** Like {@link reportingIo}, for an iteration. */
export async function* reportingBatches<Batch>(action: string, details: RepriseErrorDetails, batches: AsyncIterable<Batch>): AsyncGenerator<Batch, void> {
  try {
    yield* batches;
  } catch (error) {
    throw storageError(error, action, details);
  }
}
