import { join } from "node:path";
import { fsBackend, realProcesses as fsProcesses } from "@reprise/backend-fs";
import { realProcesses as sqliteProcesses, sqliteBackend } from "@reprise/backend-sqlite";
import type { StateBackend } from "@reprise/core/spi";

/** How a store is opened. */
export interface OpenOptions {
  /** Others cannot see this process, as in a container of this name: they take over when its beat has stopped for `ttlMs`. */
  readonly hiddenAs?: string;
  /** Default: the backend's. */
  readonly ttlMs?: number;
}

/** A backend that several processes may share. */
export interface StoreKind {
  readonly name: "fs" | "sqlite";
  /** The store in a directory, which may be empty or missing. */
  open(place: string, options?: OpenOptions): StateBackend;
}

const settingsOf = <Processes extends { readonly self: object }>(processes: Processes, { hiddenAs, ttlMs }: OpenOptions) => ({
  ...(ttlMs !== undefined && { ttlMs }),
  ...(hiddenAs !== undefined && { processes: { ...processes, self: { ...processes.self, pidNamespace: hiddenAs } } }),
});

export const storeKinds: { readonly [Name in StoreKind["name"]]: StoreKind } = {
  fs: { name: "fs", open: (place, options = {}) => fsBackend({ dir: place, ...settingsOf(fsProcesses(), options) }) },
  sqlite: { name: "sqlite", open: (place, options = {}) => sqliteBackend({ file: join(place, "runs.db"), ...settingsOf(sqliteProcesses(), options) }) },
};

/** By the name that a program was given. */
export function storeKind(name: string | undefined): StoreKind {
  if (name !== "fs" && name !== "sqlite") throw new TypeError(`a store is of kind fs or sqlite, got ${String(name)}`);
  return storeKinds[name];
}
