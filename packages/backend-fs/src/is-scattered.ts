import type { Journal } from "./load-journal.ts";
import { epochOf } from "./paths.ts";

// Writing a journal anew takes as long as it is: a file more is worth so much.
const bytesPerFile = 2 ** 16;

/**
 * Whether a run lies in so many files that its next holder had better begin with all of it in one. Each holder leaves a file, however little
 * it had to say; a run that waits is often looked at. `names`: of the files in its directory.
 */
export function isScattered(journal: Journal, names: readonly string[], mostSegments: number): boolean {
  const files = names.filter((name) => epochOf(name) !== undefined).length;
  const length = journal.segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return files > mostSegments && length <= files * bytesPerFile;
}
