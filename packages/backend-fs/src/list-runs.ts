import { join } from "node:path";
import { CorruptError, listPage, type ListPage, type ListQuery, type StateHead } from "@reprise/core/spi";
import { encodeId } from "./encode-id.ts";
import type { FsContext } from "./fs-context.ts";
import { readLease } from "./lease.ts";
import { hasMessages } from "./inbox.ts";
import { epochOf, inboxName } from "./paths.ts";
import { namesIn } from "./replace-file.ts";
import { readHead, type RunHead } from "./run-head.ts";

// More reads at once would only queue in the thread pool, in front of everybody else's.
const readsAtOnce = 8;

interface Found {
  readonly name: string;
  readonly directory: string;
}

interface Readable extends Found {
  readonly stateId: string;
  readonly header: RunHead["header"];
  readonly unread: boolean;
  readonly head: RunHead;
}

/** `StateBackend.list` on a directory: reads one small file per run, and the leases of the runs on the page. */
export async function listRuns(context: FsContext, query: ListQuery): Promise<ListPage> {
  const damaged: { readonly stateId: string; readonly error: Error }[] = [];
  const readable: Readable[] = [];
  await forEach(await runDirectories(context), async (found) => {
    try {
      const head = await headOf(context, found);
      if (head === undefined) return;
      const unread = query.dueBefore !== undefined && (await hasMessages(context.io, join(found.directory, inboxName)));
      readable.push({ ...found, stateId: head.stateId, header: head.header, unread, head });
    } catch (error) {
      damaged.push({ stateId: decodeName(found.name), error: error as Error });
    }
  });
  const { rows, ...page } = listPage(readable, query);
  return { ...page, rows: await Promise.all(rows.map((row) => rowOf(context, row))), damaged };
}

/** The directories of all runs. */
export async function runDirectories({ io, paths }: Pick<FsContext, "io" | "paths">): Promise<Found[]> {
  const found: Found[] = [];
  const fanOuts = (await namesIn(io, paths.runs)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  await forEach(fanOuts, async (fanOut) => {
    const parent = join(paths.runs, fanOut);
    for (const name of await namesIn(io, parent)) if (/^[a-z0-9_%-]+$/.test(name)) found.push({ name, directory: join(parent, name) });
  });
  return found;
}

/** The run's head; undefined if the directory is no run (any more, or yet). */
async function headOf({ io }: FsContext, { name, directory }: Found): Promise<RunHead | undefined> {
  const path = join(directory, "head.json");
  const head = await readHead(io, { head: path });
  if (head === undefined) {
    // A process that died while it created the run leaves empty segments.
    for (const file of await namesIn(io, directory)) {
      if (epochOf(file) === undefined || (await io.read(join(directory, file))).length === 0) continue;
      throw new CorruptError(`${path} is missing; the next acquire of the run restores it`, { path });
    }
    return undefined;
  }
  if (encodeId(head.stateId) === name) return head;
  throw new CorruptError(`${path} belongs to run ${head.stateId}: the directory was renamed or copied`, { path });
}

async function rowOf({ io, judge, ttlMs }: FsContext, { directory, head }: Readable): Promise<StateHead> {
  const lease = await readLease(io, { lease: join(directory, "lease.json") });
  return { ...head.header, stateId: head.stateId, lastSeq: head.lastSeq, epoch: head.epoch, lease: judge.stateOf(head.stateId, lease, ttlMs) };
}

/** The run a directory is named after, as far as the name tells. */
export function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return name;
    throw error;
  }
}

async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: readsAtOnce }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
