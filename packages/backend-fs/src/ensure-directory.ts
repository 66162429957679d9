import { dirname } from "node:path";
import type { Io } from "./io.ts";
import { errnoOf, isMissing } from "./storage-error.ts";

/** Creates a directory and those above it, as far as they are missing. Returns what it created; no name of it is durable yet. */
export async function ensureDirectory(io: Io, path: string): Promise<readonly string[]> {
  try {
    return await makeDirectory(io, path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
  }
  const above = await ensureDirectory(io, dirname(path));
  return [...above, ...(await makeDirectory(io, path))];
}

/** What a directory above ours says that is not for us to change, or that nobody can have changed. */
const notOurs = ["EACCES", "EPERM", "EROFS", "EINVAL", "ENOTSUP"];

/**
 * Creates a directory and those above it, and makes their names durable: of all of them, up to the root of the file system, for any
 * may have been created by somebody who died before its name was.
 */
export async function ensureDurableDirectory(io: Io, path: string): Promise<void> {
  const created = await ensureDirectory(io, path);
  for (let directory = path; dirname(directory) !== directory; directory = dirname(directory)) {
    try {
      await io.syncDirectory(dirname(directory));
    } catch (error) {
      if (created.includes(directory) || !notOurs.includes(errnoOf(error) ?? "")) throw error;
    }
  }
}

async function makeDirectory(io: Io, path: string): Promise<readonly string[]> {
  try {
    await io.mkdir(path);
    return [path];
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return [];
    throw error;
  }
}
