import { closeSync, constants, fsyncSync, mkdirSync, openSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { networkNameOf, type Files } from "./files.ts";

const windows = process.platform === "win32";

/**
 * The file system of this machine. On POSIX a process loses all its locks on a file as soon as it closes any descriptor of it,
 * so no database that exists is ever opened here, only by SQLite.
 */
export function realFiles(): Files {
  return {
    identify(file) {
      const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
      return stats && { device: stats.dev, inode: stats.ino };
    },
    create,
    networkFileSystem: (file) => (process.platform === "linux" ? networkNameOf(statfsSync(file).type >>> 0) : undefined),
  };
}

function create(file: string): void {
  const directory = dirname(file);
  const firstMade = mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    // Not SQLite, which would let everybody read it. Its companions -wal and -shm take the mode from the file.
    closeSync(openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const last = firstMade === undefined ? directory : dirname(firstMade);
  for (let made = directory; ; made = dirname(made)) {
    syncDirectory(made);
    if (made === last || made === dirname(made)) return;
  }
}

function syncDirectory(directory: string): void {
  // Windows cannot sync a directory; NTFS logs names by itself.
  if (windows) return;
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
