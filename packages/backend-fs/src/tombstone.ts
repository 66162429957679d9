import { CorruptError } from "@reprise/core/spi";
import { ensureDirectory } from "./ensure-directory.ts";
import type { Io } from "./io.ts";
import type { RunPaths, StorePaths } from "./paths.ts";
import { readIfPresent, replaceFile } from "./replace-file.ts";

// What fits into the epoch of a frame.
const newestPossible = 0xffffffff;

/** The last epoch of a removed run; 0 if none is known. Epochs must keep growing if the id is used again. Throws `CORRUPT` if it cannot be told. */
export async function buriedEpoch(io: Io, run: RunPaths): Promise<number> {
  const path = run.tombstone;
  const bytes = await readIfPresent(io, path);
  if (bytes === undefined) return 0;
  let tombstone: { readonly epoch?: unknown } | null;
  try {
    tombstone = JSON.parse(Buffer.from(bytes).toString("utf8")) as typeof tombstone;
  } catch (error) {
    throw new CorruptError(`${path} is not JSON`, { path, offset: 0, cause: error });
  }
  const epoch = tombstone?.epoch;
  if (typeof epoch === "number" && Number.isSafeInteger(epoch) && epoch > 0 && epoch <= newestPossible) return epoch;
  throw new CorruptError(`${path} names no epoch`, { path, offset: 0 });
}

/** Remembers the last epoch of a run, durably. */
export async function bury(io: Io, store: StorePaths, run: RunPaths, epoch: number, token: string): Promise<void> {
  await ensureDirectory(io, store.tombstones);
  await io.syncDirectory(store.root);
  const text = `${JSON.stringify({ format: 1, stateId: run.stateId, epoch })}\n`;
  await replaceFile(io, run.tombstone, text, { temporary: `${run.tombstone}.${token}.tmp`, sync: true });
  await io.syncDirectory(store.tombstones);
}
