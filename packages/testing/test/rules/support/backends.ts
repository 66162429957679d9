import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import { sqliteBackend } from "@reprise/backend-sqlite";
import type { StateBackend } from "@reprise/core/spi";
import { onTestFinished } from "vitest";

/** A backend to run a test on, and another one on the same store, as another process would open it. */
export interface Store {
  readonly backend: StateBackend;
  reopen(): StateBackend;
}

/** The stores that bytes go through differently, for `test.each`. */
export const stores: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  [
    "memory",
    async () => {
      const backend = memoryBackend();
      return { backend, reopen: () => backend };
    },
  ],
  [
    "fs",
    async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-rules-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      return { backend: fsBackend({ dir }), reopen: () => fsBackend({ dir }) };
    },
  ],
  [
    "sqlite",
    async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-rules-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      const open = (): StateBackend => {
        const backend = sqliteBackend({ file: join(dir, "runs.db") });
        onTestFinished(() => backend.close());
        return backend;
      };
      return { backend: open(), reopen: open };
    },
  ],
];
