import { join } from "node:path";
import { checkArtifactId, type CollectedArtifacts } from "@reprise/core/spi";
import type { ArtifactTrash, TrashedContent } from "./artifact-trash.ts";
import type { Io } from "./io.ts";
import { namesIn, removeIfPresent, statusIfPresent } from "./replace-file.ts";

// A temporary file that nobody has written for a day is nobody's any more.
const temporaryMs = 24 * 60 * 60 * 1000;
// Times that processes set are whole milliseconds, those that the file system sets are ticks of its own clock.
const imprecisionMs = 2;

/** Where the contents of a store are, and how to ask what time it is there. */
export interface ContentPlaces {
  readonly io: Io;
  /** Of the contents: `<first two digits>/<all digits>`. */
  readonly contents: string;
  readonly temporary: string;
  readonly trash: ArtifactTrash;
  /** Now, by the clock that the times of files are from, in ms since the epoch. */
  readonly now: () => Promise<number>;
}

/**
 * Throws away what is not alive and was not put for `graceMs`, and deletes what was thrown away that long ago. Every `put` touches the content
 * at its final name and writes it anew if it is not there, and what was thrown away is looked at again: so whatever was put since
 * this began is either still there or put back, however the two meet.
 */
export async function collectContents(places: ContentPlaces, live: AsyncIterable<string>, graceMs: number): Promise<CollectedArtifacts> {
  const { io, contents, temporary, trash, now } = places;
  // Before it is known what is alive: what is put meanwhile is younger.
  const nowMs = Math.floor(await now()) - imprecisionMs;
  const olderThan = nowMs - graceMs;
  const alive = new Set<string>();
  for await (const id of live) alive.add(checkArtifactId(id));

  const isPutSince = async (path: string): Promise<boolean> => ((await statusIfPresent(io, path))?.modifiedMs ?? Infinity) >= olderThan;
  const throwAway = async (id: string): Promise<void> => {
    const entry = await trash.add(id, nowMs);
    if (entry !== undefined && (await isPutSince(entry.path))) await trash.restore(entry);
  };
  for (const fanOut of await namesIn(io, contents)) {
    for (const id of await namesIn(io, join(contents, fanOut))) {
      if (!/^[0-9a-f]{64}$/.test(id) || alive.has(id)) continue;
      if (!(await isPutSince(join(contents, fanOut, id)))) await throwAway(id);
    }
  }
  for (const name of await namesIn(io, temporary)) {
    const path = join(temporary, name);
    const status = await statusIfPresent(io, path);
    if (status !== undefined && status.modifiedMs < nowMs - temporaryMs) await removeIfPresent(io, path);
  }
  return emptyTrash(places, { isNeeded: async ({ id, path }) => alive.has(id) || (await isPutSince(path)), olderThan });
}

async function emptyTrash(
  { io, trash }: ContentPlaces,
  { isNeeded, olderThan }: { readonly isNeeded: (entry: TrashedContent) => Promise<boolean>; readonly olderThan: number },
): Promise<CollectedArtifacts> {
  const collected = { removed: 0, bytes: 0, condemned: 0 };
  for (const entry of await trash.entries()) {
    if (await isNeeded(entry)) {
      await trash.restore(entry);
    } else if (entry.sinceMs > olderThan) {
      collected.condemned += 1;
    } else {
      const status = await statusIfPresent(io, entry.path);
      if (status === undefined) continue;
      await trash.delete(entry);
      collected.removed += 1;
      collected.bytes += status.size;
    }
  }
  return collected;
}
