import type { Io, IoFile } from "./io.ts";
import { errnoOf, isMissing } from "./storage-error.ts";

/**
 * Puts a file in place atomically: readers see the old content or the new one. With `sync` the content is durable before
 * it gets its name; the name itself is durable after a `syncDirectory`.
 */
export async function replaceFile(io: Io, path: string, text: string, options: { readonly temporary: string; readonly sync: boolean }): Promise<void> {
  const { temporary, sync } = options;
  const file = await createAnew(io, temporary);
  try {
    try {
      await file.write(Buffer.from(text, "utf8"), 0);
      if (sync) await file.datasync();
    } finally {
      await file.close();
    }
    await io.rename(temporary, path);
  } catch (error) {
    // The first failure is the one to report; the next acquire of the run removes what is left.
    await removeIfPresent(io, temporary).catch(() => undefined);
    throw error;
  }
}

/** Temporary names belong to one writer: what is there is left from an attempt that failed. */
async function createAnew(io: Io, path: string): Promise<IoFile> {
  try {
    return await io.create(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    await io.unlink(path);
    return io.create(path);
  }
}

/** Unlinks a file that may not exist. */
export async function removeIfPresent(io: Io, path: string): Promise<void> {
  try {
    await io.unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The content of a file, or undefined if there is none. */
export async function readIfPresent(io: Io, path: string): Promise<Uint8Array | undefined> {
  try {
    return await io.read(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The names in a directory; none if it does not exist. */
export async function namesIn(io: Io, path: string): Promise<readonly string[]> {
  try {
    return await io.readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
