import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a package takes on the disk. */
export interface FolderSize {
  readonly files: number;
  readonly bytes: number;
}

/** Files and bytes of a package's own folder: links are not followed, packages nested in its `node_modules` are not counted. */
export async function measureFolder(folder: string, signal: AbortSignal): Promise<FolderSize> {
  let files = 0;
  let bytes = 0;
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal.throwIfAborted();
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules") pending.push(path);
      } else if (entry.isFile()) {
        files += 1;
        bytes += (await lstat(path)).size;
      }
    }
  }
  return { files, bytes };
}
