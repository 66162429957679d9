import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { onTestFinished } from "vitest";

/** Where the same is to hold in memory and on disk: `describe.each(bothBackends)("…, %s", (_, open) => …)`. */
export const bothBackends: readonly (readonly [name: string, open: () => Promise<StateBackend>])[] = [
  ["in memory", async () => memoryBackend()],
  [
    "on disk",
    async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-rules-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      return fsBackend({ dir });
    },
  ],
];
