import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Opener } from "../contestant.ts";
import { journalSession, type HandWrittenJournal, type JournalLine } from "./journal-session.ts";

/** How lines reach the disk. */
export interface FileJournalOptions {
  /** `fdatasync` after each line, or after each group of them. */
  readonly sync: boolean;
  /** The file is filled with zeros beforehand and overwritten, so that a sync has no new length to store. */
  readonly preallocatedBytes?: number;
}

/** One line of JSON per result in one file, written in the event loop. */
export function fileJournal(options: FileJournalOptions): Opener {
  return async ({ directory, work }) => journalSession(openJournal(directory, options), work);
}

function openJournal(directory: string, { sync, preallocatedBytes = 0 }: FileJournalOptions): HandWrittenJournal {
  const path = join(directory, "journal.ndjson");
  const found = linesOf(path);
  const file = openSync(path, found.length > 0 ? "r+" : "w+");
  let end = found.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0);
  let allocated = end;

  const allocate = (): void => {
    allocated = end + preallocatedBytes;
    writeSync(file, new Uint8Array(preallocatedBytes), 0, preallocatedBytes, end);
    fdatasyncSync(file);
  };
  const write = (text: string): void => {
    const bytes = Buffer.from(text);
    if (preallocatedBytes > 0 && end + bytes.length > allocated) allocate();
    writeSync(file, bytes, 0, bytes.length, end);
    end += bytes.length;
    if (sync) fdatasyncSync(file);
  };
  return {
    append: (_run, line) => write(`${line}\n`),
    appendAll: (lines: readonly JournalLine[]) => write(lines.map(({ line }) => `${line}\n`).join("")),
    read: () => found,
    close() {
      ftruncateSync(file, end);
      closeSync(file);
    },
  };
}

/** The whole lines of a file; what was preallocated and not used is no line. */
function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
