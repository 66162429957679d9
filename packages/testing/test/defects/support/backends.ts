import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { onTestFinished } from "vitest";

/** What a test of defects runs on: nothing may depend on where bytes lie. */
export const backends: readonly (readonly [name: string, open: () => Promise<StateBackend>])[] = [
  ["in memory", async () => memoryBackend()],
  ["on disk", async () => fsBackend({ dir: await temporaryDirectory() })],
];

/** Removed when the test has finished. */
export async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "reprise-defects-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
