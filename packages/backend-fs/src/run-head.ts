import { CorruptError, type StateHeader } from "@reprise/core/spi";
import { atOnce } from "./at-once.ts";
import { crc32c } from "./crc32c.ts";
import type { Io } from "./io.ts";
import { damaged, type Journal } from "./load-journal.ts";
import { segmentPath, type RunPaths } from "./paths.ts";
import { readIfPresent, replaceFile, type ReplaceOptions } from "./replace-file.ts";

/**
 * The content of `head.json`: what `list` shows of a run without reading its journal. Synced only when the run is let go, so after a power
 * loss under a holder it may be behind, gone or empty. What it says was durable, was.
 */
export interface RunHead {
  readonly stateId: string;
  /** Epoch of the run's first segment. */
  readonly born: number;
  /** Of the writer that wrote this. */
  readonly epoch: number;
  readonly lastSeq: number;
  /** Records up to this one were durable when this was written. */
  readonly provenSeq: number;
  readonly header: StateHeader;
}

/** Writes `head.json`. With `sync` it is durable when this resolves. */
export async function writeHead(io: Io, run: RunPaths, head: RunHead, options: ReplaceOptions): Promise<void> {
  await replaceFile(io, run.head, `${JSON.stringify({ format: 1, check: checkOf(head), head })}\n`, options);
  if (options.sync) await io.syncDirectory(run.directory);
}

/** Makes a `head.json` durable that is in place already. */
export async function syncHead(io: Io, run: RunPaths): Promise<void> {
  await atOnce([() => io.syncFile(run.head), () => io.syncDirectory(run.directory)]);
}

/** Reads `head.json`; undefined if there is none. Throws `CORRUPT` if it is not what was written. */
export async function readHead(io: Io, run: Pick<RunPaths, "head">): Promise<RunHead | undefined> {
  const bytes = await readIfPresent(io, run.head);
  return bytes === undefined ? undefined : decodeHead(bytes, run.head);
}

/** Like {@link readHead}, for those who can do without: gives the damage instead of throwing it. */
export async function readHeadOrDamage(io: Io, run: Pick<RunPaths, "head">): Promise<RunHead | CorruptError | undefined> {
  try {
    return await readHead(io, run);
  } catch (error) {
    if (error instanceof CorruptError) return error;
    throw error;
  }
}

/** A damaged head counts as none: what it says can be had from the journal. */
export function intactHead(found: RunHead | CorruptError | undefined): RunHead | undefined {
  return found instanceof CorruptError ? undefined : found;
}

/** It has its name and nothing in it, as a loss of power may leave what was not synced: gone, not damaged. */
export class EmptyHead extends CorruptError {}

function decodeHead(bytes: Uint8Array, path: string): RunHead {
  if (bytes.length === 0) throw new EmptyHead(`${path} is empty; the next acquire of the run restores it`, { path, offset: 0 });
  let head: Partial<RunHead> | null | undefined;
  let check: unknown;
  try {
    ({ head, check } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { head?: typeof head; check: unknown });
  } catch (error) {
    throw new CorruptError(`${path} is not JSON`, { path, offset: 0, cause: error });
  }
  if (!isComplete(head) || check !== checkOf(head)) throw new CorruptError(`${path} does not match its checksum`, { path, offset: 0 });
  return head;
}

/** A writer wrote what it says, or somebody forged the checksum. */
function isComplete(head: Partial<RunHead> | null | undefined): head is RunHead {
  if (typeof head !== "object" || head === null) return false;
  const { stateId, born, epoch, lastSeq, provenSeq, header } = head;
  return typeof stateId === "string" && [born, epoch, lastSeq, provenSeq].every((value) => Number.isSafeInteger(value)) && isHeader(header);
}

function isHeader(header: Partial<StateHeader> | null | undefined): boolean {
  return typeof header === "object" && header !== null && Array.isArray(header.tags) && header.tags.every((tag) => typeof tag === "string") && typeof header.status === "string" && Number.isFinite(header.createdAt) && Number.isFinite(header.updatedAt);
}

function checkOf(head: RunHead): string {
  return crc32c(Buffer.from(JSON.stringify(head), "utf8")).toString(16).padStart(8, "0");
}

/**
 * Throws `CORRUPT` if the head, read before the journal, knows of something durable that the journal has lost: a segment
 * that is gone, or an end cut off so neatly that the segments cannot tell. A head is written behind a segment that is
 * durable: where there is one, whatever it says, there was a run.
 */
export function checkAgainstHead(run: RunPaths, journal: Journal | undefined, head: RunHead | CorruptError | undefined): void {
  if (head instanceof CorruptError && journal === undefined) throw head;
  if (head === undefined || head instanceof CorruptError) return;
  const hint = `(if this is a copy made while the run was written, removing head.json accepts the loss)`;
  const newest = journal?.segments.at(-1);
  if (journal === undefined || newest === undefined) {
    throw damaged(segmentPath(run, head.epoch), 0, `the file or its header is missing, though ${run.head} knows it ${hint}`);
  }
  // Written by a zombie of an earlier run with this id.
  if (head.born < newest.header.born) return;
  if (head.epoch > newest.epoch) {
    throw damaged(segmentPath(run, head.epoch), 0, `the file or its header is missing, though ${run.head} knows it ${hint}`);
  }
  if (head.provenSeq > journal.lastSeq) {
    throw damaged(newest.path, newest.scan.end, `record ${journal.lastSeq + 1} is missing, though ${run.head} says that ${head.provenSeq} were durable ${hint}`);
  }
}
