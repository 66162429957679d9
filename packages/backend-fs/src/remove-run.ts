import { join } from "node:path";
import { RepriseError, type StateWriter } from "@reprise/core/spi";
import { ensureDirectory } from "./ensure-directory.ts";
import type { FsContext } from "./fs-context.ts";
import type { Io } from "./io.ts";
import { inboxName, newestEpoch, runPaths, type RunPaths } from "./paths.ts";
import { namesIn } from "./replace-file.ts";
import { errnoOf, isMissing } from "./storage-error.ts";
import { bury } from "./tombstone.ts";

/** `StateBackend.remove` on a directory: the run disappears in one step, its files are deleted after. */
export async function removeRun(context: FsContext, stateId: string, authority: { readonly writer: StateWriter } | { readonly force: true }): Promise<void> {
  const { io, paths, system } = context;
  const run = runPaths(paths, stateId);
  if ("writer" in authority) await checkAuthority(context, stateId, authority.writer);
  const newest = (await context.storeExists()) ? newestEpoch(await namesIn(io, run.directory)) : 0;
  if (newest === 0) throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
  const token = system.token();
  await bury(io, paths, run, newest, token);
  const trash = join(paths.trash, token);
  await discard(context, run, trash);
  // Somebody may have taken over since we looked: that epoch is spent, too.
  const last = newestEpoch(await namesIn(io, trash));
  if (last > newest) await bury(io, paths, run, last, token);
  await emptyTrash(context);
  if ("writer" in authority) await authority.writer.release();
}

async function checkAuthority({ writers }: FsContext, stateId: string, writer: StateWriter): Promise<void> {
  const ours = [...writers].some((open) => open === writer);
  if (writer.stateId !== stateId || !ours) {
    const message = `remove: writer must be one that this backend opened for run ${stateId}, got one for ${writer.stateId}`;
    throw new RepriseError("INVALID_OPTION", message, { stateId, path: "writer" });
  }
  // Throws if it holds nothing any more.
  await writer.renew();
}

async function discard({ io, paths }: FsContext, run: RunPaths, trash: string): Promise<void> {
  await ensureDirectory(io, paths.trash);
  try {
    await io.rename(run.directory, trash);
  } catch (error) {
    if (isMissing(error)) throw new RepriseError("NOT_FOUND", `there is no run ${run.stateId}`, { stateId: run.stateId });
    throw error;
  }
  await io.syncDirectory(run.fanOut);
  await io.syncDirectory(paths.trash);
}

/** Deletes what was thrown away, also by others who died before they could. Nobody minds who is faster. */
async function emptyTrash({ io, paths }: FsContext): Promise<void> {
  for (const discarded of await namesIn(io, paths.trash)) {
    const directory = join(paths.trash, discarded);
    await emptyDirectory(io, join(directory, inboxName));
    await emptyDirectory(io, directory);
  }
}

async function emptyDirectory(io: Io, directory: string): Promise<void> {
  const names = await namesIn(io, directory);
  for (const name of names) if (name !== inboxName) await unlessGone(io.unlink(join(directory, name)));
  await unlessGone(io.rmdir(directory));
}

async function unlessGone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    // ENOTEMPTY: a fenced writer has just put a file there; the next removal gets it.
    if (!isMissing(error) && errnoOf(error) !== "ENOTEMPTY") throw error;
  }
}
