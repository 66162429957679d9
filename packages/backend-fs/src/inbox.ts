import { join } from "node:path";
import { checkMessageFits, CorruptError, RepriseError, type Message } from "@reprise/core/spi";
import { crc32c } from "./crc32c.ts";
import type { FsContext } from "./fs-context.ts";
import type { Io } from "./io.ts";
import { newestEpoch, runPaths, type RunPaths } from "./paths.ts";
import { namesIn, readIfPresent, removeIfPresent } from "./replace-file.ts";
import { errnoOf, isMissing } from "./storage-error.ts";

// The number says the order, the id is core's: 00000007-5f0c….m. What is not whole yet ends in .tmp and only holds its number.
const messageName = /^(?<number>\d{8,})-(?<id>[a-z0-9_-]{1,64})\.m$/u;
const anyNumber = /^\d+/u;

interface Entry {
  readonly name: string;
  readonly number: number;
  readonly id: string;
}

/**
 * `StateBackend.post` on a directory: a file of its own per message, so that nobody who posts meets the writer. A number is
 * taken by creating `<number>.tmp` exclusively; the message appears when that is renamed, with its content durable.
 */
export async function postMessage({ io, paths, storeExists, maxRecordBytes }: FsContext, stateId: string, id: string, bytes: Uint8Array): Promise<void> {
  const run = runPaths(paths, stateId);
  const exists = (await storeExists()) && newestEpoch(await namesIn(io, run.directory)) > 0;
  if (!exists) throw missing(stateId);
  try {
    await makeInbox(io, run);
    const names = await io.readdir(run.inbox);
    const waiting = entriesOf(names);
    if (waiting.some((entry) => entry.id === id)) return;
    checkMessageFits(stateId, bytes, { maxRecordBytes, waiting: waiting.length });
    const { number, temporary } = await takeNumber(io, run, names, bytes);
    await io.rename(temporary, join(run.inbox, `${digits(number)}-${id}.m`));
    await io.syncDirectory(run.inbox);
  } catch (error) {
    // Removed meanwhile, with everything in it.
    if (isMissing(error)) throw missing(stateId);
    throw error;
  }
}

/** Whether there are messages that nobody has acknowledged. */
export async function hasMessages(io: Io, inbox: string): Promise<boolean> {
  return entriesOf(await namesIn(io, inbox)).length > 0;
}

/** The messages of a run, oldest first, each id once. */
export async function* readMessages(io: Io, run: RunPaths): AsyncGenerator<Message> {
  const seen = new Set<string>();
  for (const { name, id } of entriesOf(await namesIn(io, run.inbox))) {
    const path = join(run.inbox, name);
    const content = seen.has(id) ? undefined : await readIfPresent(io, path);
    if (content === undefined) continue;
    seen.add(id);
    yield { id, bytes: unsealed(content, path, run) };
  }
}

/** Every message that is not what was posted. */
export async function inboxDamages(io: Io, run: RunPaths): Promise<CorruptError[]> {
  const damages: CorruptError[] = [];
  for (const { name } of entriesOf(await namesIn(io, run.inbox))) {
    try {
      const path = join(run.inbox, name);
      const content = await readIfPresent(io, path);
      if (content !== undefined) unsealed(content, path, run);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      damages.push(error);
    }
  }
  return damages;
}

/** Removes a message. */
export async function removeMessage(io: Io, run: RunPaths, id: string): Promise<void> {
  for (const entry of entriesOf(await namesIn(io, run.inbox))) if (entry.id === id) await removeIfPresent(io, join(run.inbox, entry.name));
}

/** Names of the messages, to tell whether there are new ones. */
export async function messageNames(io: Io, run: RunPaths): Promise<readonly string[]> {
  return entriesOf(await namesIn(io, run.inbox)).map(({ name }) => name);
}

async function makeInbox(io: Io, run: RunPaths): Promise<void> {
  try {
    await io.mkdir(run.inbox);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  // Of one that was there, too: who made it may have died before its name was durable.
  await io.syncDirectory(run.directory);
}

async function takeNumber(io: Io, run: RunPaths, names: readonly string[], bytes: Uint8Array): Promise<{ readonly number: number; readonly temporary: string }> {
  for (let number = newestNumber(names) + 1; ; number += 1) {
    const temporary = join(run.inbox, `${digits(number)}.tmp`);
    try {
      const file = await io.create(temporary);
      try {
        await file.write(sealed(bytes, run), 0);
        await file.datasync();
      } finally {
        await file.close();
      }
      return { number, temporary };
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}

function newestNumber(names: readonly string[]): number {
  return names.reduce((newest, name) => Math.max(newest, Number(anyNumber.exec(name)?.[0] ?? 0)), 0);
}

function entriesOf(names: readonly string[]): Entry[] {
  const entries = names.flatMap((name): Entry[] => {
    const groups = messageName.exec(name)?.groups;
    return groups ? [{ name, number: Number(groups["number"]), id: groups["id"] ?? "" }] : [];
  });
  return entries.toSorted((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1));
}

/** With a checksum of its own in front: damage is loud. */
function sealed(bytes: Uint8Array, run: RunPaths): Uint8Array {
  return Buffer.concat([checksumLine(bytes, run), bytes]);
}

function unsealed(content: Uint8Array, path: string, run: RunPaths): Uint8Array {
  const bytes = content.slice(checksumLength);
  if (Buffer.compare(content.subarray(0, checksumLength), checksumLine(bytes, run)) === 0) return bytes;
  throw new CorruptError(`run ${run.stateId}: the message in ${path} is damaged`, { stateId: run.stateId, path, offset: 0 });
}

const checksumLength = 9;

function checksumLine(bytes: Uint8Array, { seed }: RunPaths): Buffer {
  return Buffer.from(`${crc32c(bytes, 0, bytes.length, seed).toString(16).padStart(8, "0")}\n`, "latin1");
}

function digits(number: number): string {
  return String(number).padStart(8, "0");
}

function missing(stateId: string): RepriseError {
  return new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
}
