import type { ErrorCode } from "@reprise/core/spi";

/** What the command tells whoever started it. */
export const ExitCode = {
  /** Done, and nothing is wrong. */
  OK: 0,
  /** Done, and there is something to see: runs differ, damage was found, a run that was woken failed; or the question was answered with no. */
  FOUND: 1,
  /** The words on the command line, or the configuration, cannot be meant. */
  USAGE: 2,
  /** There is no such run, wait, call, checkpoint or store. */
  NOT_FOUND: 3,
  /** Somebody else holds the run: later it may work. */
  HELD: 4,
  /** Reprise refuses: it would repeat what must not be repeated, the run is sealed, the answer comes too late. */
  REFUSED: 5,
  /** What is stored is damaged, or cannot be read or written; or what was printed could not be written. */
  STORAGE: 6,
  /** Something that nobody has foreseen, of Reprise or of the configuration: it is told with its stack. */
  FAULT: 70,
  /** Ctrl-C at a question: nothing was changed. What shells say of a program that it ends, too: 128 and the number of the signal. */
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const codes: { readonly [Code in ErrorCode]?: ExitCode } = {
  INVALID_OPTION: ExitCode.USAGE,
  INVALID_DEFINITION: ExitCode.USAGE,
  INVALID_ADDRESS: ExitCode.USAGE,
  INVALID_ID: ExitCode.USAGE,
  NOT_ENCODABLE: ExitCode.USAGE,
  AMBIGUOUS_ANSWER: ExitCode.USAGE,
  NOT_FOUND: ExitCode.NOT_FOUND,
  POINT_NOT_FOUND: ExitCode.NOT_FOUND,
  LEASE_HELD: ExitCode.HELD,
  LEASE_LOST: ExitCode.HELD,
  FENCED: ExitCode.HELD,
  CALLS_OPEN: ExitCode.HELD,
  CORRUPT: ExitCode.STORAGE,
  INCOMPATIBLE: ExitCode.STORAGE,
  INCOMPLETE: ExitCode.STORAGE,
  DECRYPTION_FAILED: ExitCode.STORAGE,
  POISONED: ExitCode.STORAGE,
  NO_SPACE: ExitCode.STORAGE,
  READ_ONLY: ExitCode.STORAGE,
  IO: ExitCode.STORAGE,
  UNAVAILABLE: ExitCode.STORAGE,
};

/** What an error of Reprise comes to; undefined for what is no error of Reprise. */
export async function exitCodeOf(error: unknown): Promise<ExitCode | undefined> {
  const { isRepriseError } = await import("@reprise/core/spi");
  return isRepriseError(error) ? (codes[error.code] ?? ExitCode.REFUSED) : undefined;
}
