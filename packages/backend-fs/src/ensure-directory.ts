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

async function makeDirectory(io: Io, path: string): Promise<readonly string[]> {
  try {
    await io.mkdir(path);
    return [path];
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return [];
    throw error;
  }
}
