import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the files below a directory hold, in bytes. */
export function storedBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + statSync(join(entry.parentPath, entry.name)).size, 0);
}
