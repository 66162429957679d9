import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { sqliteBackend } from "@reprise/backend-sqlite";
import type { StateBackend } from "@reprise/core/spi";

/** An empty store of each kind, and what removes them. Nothing is lost here, so nothing is synced. */
export async function emptyStores(): Promise<{ readonly stores: { readonly [name: string]: StateBackend }; readonly remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-differential-"));
  const stores = {
    memory: memoryBackend(),
    fs: fsBackend({ dir: join(dir, "fs"), durability: "process", segmentBytes: 2_000 }),
    sqlite: sqliteBackend({ file: join(dir, "runs.db"), durability: "process" }),
  };
  const remove = async (): Promise<void> => {
    for (const backend of Object.values(stores)) await backend.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { stores, remove };
}
