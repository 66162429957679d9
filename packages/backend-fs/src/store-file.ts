import { basename } from "node:path";
import { CorruptError, RepriseError } from "@reprise/core/spi";
import { ensureDirectory, ensureDurableDirectory } from "./ensure-directory.ts";
import type { Io } from "./io.ts";
import type { StorePaths } from "./paths.ts";
import { namesIn, readIfPresent, replaceFile } from "./replace-file.ts";
import type { FsSystem } from "./system.ts";

/** The newest store format this version reads, and the one it writes. */
export const storeFormat = 1;

// What a store may share its directory with before it has a STORE file: the root of a freshly made ext4.
const tolerated = new Set(["lost+found"]);

/**
 * Checks that the directory is a store this version can work with. Returns false if there is none yet.
 * Throws `INCOMPATIBLE` for a newer format and `INVALID_OPTION` for a directory that belongs to something else; changes nothing.
 */
export async function checkStore(io: Io, paths: StorePaths): Promise<boolean> {
  if (await hasStoreFile(io, paths)) return true;
  const foreign = (await namesIn(io, paths.root)).filter((name) => !tolerated.has(name) && !isTemporary(name));
  if (foreign.length === 0) return false;
  // Whoever made the store between the two looks had its STORE file in place before anything else.
  if (await hasStoreFile(io, paths)) return true;
  const found = `${foreign.slice(0, 3).join(", ")}${foreign.length > 3 ? ", …" : ""}`;
  const message = `dir must be empty, missing or a store of @reprise/backend-fs; ${paths.root} has no STORE file but holds ${found}`;
  throw new RepriseError("INVALID_OPTION", message, { path: paths.root });
}

async function hasStoreFile(io: Io, { store }: StorePaths): Promise<boolean> {
  const bytes = await readIfPresent(io, store);
  if (bytes !== undefined) checkFormat(bytes, store);
  return bytes !== undefined;
}

/** Makes a store of a directory, unless it is one. Safe if several processes do it at once, and if they die over it. */
export async function ensureStore(io: Io, paths: StorePaths, system: FsSystem): Promise<void> {
  const marked = await checkStore(io, paths);
  // `runs` is made when the name STORE is durable: after a power loss there is no `runs` without it.
  if (marked && (await namesIn(io, paths.root)).includes(basename(paths.runs))) return;
  if (!marked) await createStoreFile(io, paths, system);
  await io.syncDirectory(paths.root);
  await ensureDirectory(io, paths.runs);
  await io.syncDirectory(paths.root);
}

async function createStoreFile(io: Io, paths: StorePaths, system: FsSystem): Promise<void> {
  await ensureDurableDirectory(io, paths.root);
  const text = `${JSON.stringify({ format: storeFormat, id: system.token(), created: system.now() })}\n`;
  await replaceFile(io, paths.store, text, { temporary: `${paths.store}.${system.token()}.tmp`, sync: true });
}

function checkFormat(bytes: Uint8Array, path: string): void {
  let format: unknown;
  try {
    ({ format } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { format?: unknown });
  } catch (error) {
    throw new CorruptError(`${path} is not JSON`, { path, offset: 0, cause: error });
  }
  if (typeof format !== "number") throw new CorruptError(`${path} names no format`, { path, offset: 0 });
  if (format === storeFormat) return;
  const message = `${path} says format ${format}; this version of @reprise/backend-fs reads format ${storeFormat}`;
  throw new RepriseError("INCOMPATIBLE", message, { path });
}

function isTemporary(name: string): boolean {
  return name.startsWith("STORE.") && name.endsWith(".tmp");
}
