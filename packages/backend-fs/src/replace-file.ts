import type { FileStatus, Io, IoFile } from "./io.ts";
import { errnoOf, isMissing } from "./storage-error.ts";

/** How a file is put in place: by which temporary name, and whether its content is synced before. */
export interface ReplaceOptions {
  readonly temporary: string;
  readonly sync: boolean;
}

/**
 * Puts a file in place atomically: readers see the old content or the new one. With `sync` the content is durable before
 * it gets its name; the name itself is durable after a `syncDirectory`.
 */
export function replaceFile(io: Io, path: string, text: string, options: ReplaceOptions): Promise<void> {
  return writeFile(io, path, Buffer.from(text, "utf8"), options);
}

/** The same with bytes. */
export async function writeFile(io: Io, path: string, bytes: Uint8Array, { temporary, sync }: ReplaceOptions): Promise<void> {
  const file = await createAnew(io, temporary);
  try {
    try {
      await file.write(bytes, 0);
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

/** Touches a file; false if there is none. */
export async function touchIfPresent(io: Io, path: string): Promise<boolean> {
  return (await ifPresent(io.touch(path).then(() => true))) ?? false;
}

/** The content of a file, or undefined if there is none. */
export function readIfPresent(io: Io, path: string): Promise<Uint8Array | undefined> {
  return ifPresent(io.read(path));
}

/** What is at a path, or undefined if there is nothing. */
export function statusIfPresent(io: Io, path: string): Promise<FileStatus | undefined> {
  return ifPresent(io.stat(path));
}

async function ifPresent<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
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
