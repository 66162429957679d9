import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty directory that is removed after the test. */
export async function emptyPlace(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "reprise-processes-"));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  return place;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
