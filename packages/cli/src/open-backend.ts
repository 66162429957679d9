import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { sqliteBackend } from "@reprise/backend-sqlite";
import type { StateBackend } from "@reprise/core/spi";
import { backendStore } from "./backend-store.ts";
import { suggestion } from "./nearest.ts";
import type { Store, StoreNeeds } from "./store.ts";
import { StoreMissingError } from "./store-missing-error.ts";
import { UsageError } from "./usage-error.ts";

type Open = (place: string) => Promise<StateBackend>;

const backends: Readonly<Record<string, Open>> = {
  fs: async (place) => {
    const { fsBackend } = await import("@reprise/backend-fs");
    return fsBackend({ dir: place });
  },
  sqlite: async (place) => {
    const sqlite = await sqlitePackage();
    return sqlite.sqliteBackend({ file: place });
  },
};

/** Whoever has no SQLite store need not install it. */
async function sqlitePackage(): Promise<{ readonly sqliteBackend: typeof sqliteBackend }> {
  try {
    return await import("@reprise/backend-sqlite");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("a sqlite store needs the package @reprise/backend-sqlite: install it beside @reprise/cli", { cause: error });
  }
}

/**
 * The store of `fs:DIRECTORY` or `sqlite:FILE`. `source` says where the text stands, for messages. Throws
 * `UsageError`, and `StoreMissingError` for a place where there is none.
 */
export async function openBackend(text: string, source: string, directory: string, { create = false }: StoreNeeds): Promise<Store> {
  const colon = text.indexOf(":");
  const [kind, place] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  const kinds = Object.keys(backends);
  const open = Object.hasOwn(backends, kind) ? backends[kind] : undefined;
  if (open === undefined || place === "") {
    const shapes = kinds.map((known) => `${known}:PATH`).join(" or ");
    throw new UsageError(`${source} must be ${shapes}, got "${text}"${meant(text, kind, kinds)}`);
  }
  const path = resolve(directory, place);
  if (!create && !existsSync(path)) throw new StoreMissingError(`there is no store at ${text} (${source})`);
  return backendStore(await open(path), text);
}

/** What the text may have meant: a kind that is misspelt, or a path without one. */
function meant(text: string, kind: string, kinds: readonly string[]): string {
  // Of a kind that there is, only the path is missing.
  if (kind !== "") return kinds.includes(kind) ? "" : suggestion(kind, kinds);
  return text === "" || kinds.includes(text) ? "" : `, did you mean "${/\.(?:db|sqlite3?)$/u.test(text) ? "sqlite" : "fs"}:${text}"?`;
}
