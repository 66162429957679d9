import { ensureDirectory } from "./ensure-directory.ts";
import type { Io } from "./io.ts";
import type { RunPaths, StorePaths } from "./paths.ts";
import { readIfPresent, replaceFile } from "./replace-file.ts";

/** The last epoch of a removed run; 0 if none is known. Epochs must keep growing if the id is used again. */
export async function buriedEpoch(io: Io, run: RunPaths): Promise<number> {
  const bytes = await readIfPresent(io, run.tombstone);
  if (bytes === undefined) return 0;
  const { epoch } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { epoch: number };
  return epoch;
}

/** Remembers the last epoch of a run, durably. */
export async function bury(io: Io, store: StorePaths, run: RunPaths, epoch: number, token: string): Promise<void> {
  await ensureDirectory(io, store.tombstones);
  await io.syncDirectory(store.root);
  const text = `${JSON.stringify({ format: 1, stateId: run.stateId, epoch })}\n`;
  await replaceFile(io, run.tombstone, text, { temporary: `${run.tombstone}.${token}.tmp`, sync: true });
  await io.syncDirectory(store.tombstones);
}
