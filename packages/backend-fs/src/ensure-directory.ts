import { dirname } from "node:path";
import type { Io } from "./io.ts";
import { errnoOf, isMissing } from "./storage-error.ts";

/** Creates a directory and those above it, as far as they are missing. Their names are not durable yet. */
export async function ensureDirectory(io: Io, path: string): Promise<void> {
  try {
    await io.mkdir(path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return;
    if (!isMissing(error) || dirname(path) === path) throw error;
    await ensureDirectory(io, dirname(path));
    await io.mkdir(path).catch((second: unknown) => {
      // Somebody else was faster.
      if (errnoOf(second) !== "EEXIST") throw second;
    });
  }
}
